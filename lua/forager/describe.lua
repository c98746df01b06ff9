-- The library, its objects and Lua's own libraries as data, for `forager check`: which names there are, and what the
-- functions take and give.
local known = require "forager.known"
local options = require "forager.options"

local forager = known.library

local function described(what, value)
  if type(value) == "function" then
    local entry = known.functions[what] or {}
    return {
      what = what,
      options = entry.options,
      positions = entry.positions and native.list(entry.positions),
      arguments = entry.arguments and native.list(entry.arguments),
      gives = entry.gives,
    }
  end
  if type(value) ~= "table" then
    return { what = what }
  end
  local fields = {}
  for name, field in pairs(value) do
    fields[name] = described(what .. "." .. name, field)
  end
  local metatable = getmetatable(value)
  return { what = what, fields = fields, open = metatable ~= nil and metatable ~= "fixed" }
end

local function library()
  local all = {}
  for name in pairs(known.namespaces) do
    all[name] = described(name, forager[name])
  end
  for name, value in pairs(forager) do
    all[name] = all[name] or described(name, value)
  end
  return { what = "forager", fields = all }
end

local function globals()
  local all = {}
  for name, value in pairs(_G) do
    all[name] = name == "_G" and { what = "_G", fields = {}, open = true } or described(name, value)
  end
  return { what = "globals", fields = all }
end

local function objects()
  local all = {}
  for name, methods in pairs(known.objects) do
    local fields = {}
    for method, value in pairs(methods) do
      if type(value) == "function" and not method:find "^__" then
        fields[method] = described(method, value)
      end
    end
    all[name] = { what = name, fields = fields }
  end
  return all
end

-- Options of options, by the name under which they are checked.
local function nested()
  local all = {}
  for what, entry in pairs(known.functions) do
    if what:find ": " then
      all[what] = { what = what, options = entry.options }
    end
  end
  return all
end

-- What types are in words, as errors say it.
local function wishes()
  local all = {}
  for _, entry in pairs(known.functions) do
    for _, types in pairs(entry.options or {}) do
      all[types] = options.wish(types)
    end
    for _, types in ipairs(entry.arguments or {}) do
      all[types] = options.wish(types)
    end
  end
  return all
end

return { library = library(), globals = globals(), objects = objects(), nested = nested(), wishes = wishes() }
