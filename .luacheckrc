-- Everything comes through `require "forager"`: no globals of our own.
std = "lua54"
max_line_length = 120
cache = false

-- Stubs describe functions that are written in C++: parameters without a use are their whole content.
files["lua/meta"] = { ignore = { "111", "112", "113", "212", "241" } }
