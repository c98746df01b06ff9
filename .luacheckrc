-- Everything comes through `require "forager"`: no globals of our own.
std = "lua54"
max_line_length = 120
self = false -- a method need not use its object
cache = false

-- The library alone sees the program's own functions, and makes the globals that scripts see.
files["lua/forager"] = { read_globals = { "native" } }
files["lua/forager/boot.lua"] = { globals = { "require", "print" } }

-- Stubs describe functions that are written in C++: parameters without a use are their whole content.
files["lua/meta"] = { ignore = { "111", "112", "113", "212", "241" } }
