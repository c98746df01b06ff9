-- The first file that a state runs: gives the library its own surroundings, and scripts their `require`.
local native = ...

-- A copy, so that what a script does to its globals changes nothing in here.
local library = {}
for name, value in pairs(_G) do
  library[name] = value
end
library.native = native

local loaded = {}

local function load_library(name)
  local file = name == "forager" and "forager/init.lua" or name:gsub("%.", "/") .. ".lua"
  local chunk = native.library_chunk(file, library)
  return chunk and chunk()
end

function library.require(name)
  if loaded[name] == nil then
    loaded[name] = load_library(name) or error("the library has no module " .. name)
  end
  return loaded[name]
end

local function load_module(name)
  local source, path = native.module_source(name)
  local chunk, problem = load(source, "@" .. path, "t")
  if not chunk then
    error(native.syntax_failure(problem, path, source), 0)
  end
  local value = chunk(name, path)
  return value == nil and true or value
end

-- What scripts call: the library, and the files beside the script.
function require(name)
  if type(name) ~= "string" then
    error("require takes the name of a module", 2)
  end
  if name == "forager" or name == "forager.test" or (name:find("^forager%.") and loaded[name]) then
    return library.require(name)
  end
  if loaded[name] == false then
    library.require("forager.failure").raise { code = "script", message = "module '" .. name .. "' requires itself" }
  end
  if loaded[name] == nil then
    loaded[name] = false
    loaded[name] = load_module(name)
  end
  return loaded[name]
end

function print(...)
  local parts = table.pack(...)
  for i = 1, parts.n do
    parts[i] = tostring(parts[i])
  end
  native.log(table.concat(parts, "\t"))
end

library.print = print
library.require "forager"

return library.require("forager.main")
