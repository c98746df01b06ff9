-- Checks option tables: a typo in a name or a wrong type is an error, not silence.
local failure = require "forager.failure"

local options = {}

local function article(noun)
  return (noun:find "^[aeiou]" and "an " or "a ") .. noun
end

-- What a value is, in the words of the options.
local function kind_of(value)
  if value == native.null then
    return "null"
  end
  if math.type(value) == "integer" then
    return "integer"
  end
  return type(value)
end

local bytes_units = { [""] = 1, K = 1024, M = 1024 ^ 2, G = 1024 ^ 3, T = 1024 ^ 4 }

-- A size: a number of bytes, or text as "64KB" or "1.5GB".
function options.bytes(value)
  if math.type(value) == "integer" and value >= 0 then
    return value
  end
  if type(value) ~= "string" then
    return nil
  end
  local number, unit = value:match "^(%d+%.?%d*)%s*([KMGT]?)i?B?$"
  return number and math.tointeger((tonumber(number) * bytes_units[unit]) // 1)
end

local checks = {
  any = function()
    return true
  end,
  string = function(value)
    return type(value) == "string"
  end,
  number = function(value)
    return type(value) == "number"
  end,
  integer = function(value)
    return math.type(value) == "integer"
  end,
  count = function(value)
    return math.type(value) == "integer" and value >= 0
  end,
  boolean = function(value)
    return type(value) == "boolean"
  end,
  table = function(value)
    return type(value) == "table"
  end,
  ["function"] = function(value)
    return type(value) == "function"
  end,
  -- A function whose first argument is the context.
  handler = function(value)
    return type(value) == "function"
  end,
  -- The name of a function of the agent.
  callee = function(value)
    return type(value) == "string"
  end,
  duration = function(value)
    return (type(value) == "string" or type(value) == "number") and native.duration(value) ~= nil
  end,
  bytes = function(value)
    return options.bytes(value) ~= nil
  end,
}

local wanted = {
  any = "a value",
  handler = "a function",
  callee = "a string",
  count = "a whole number, 0 or more",
  duration = [[a duration ("250ms", "1h30m" or a number of seconds, 0 or more)]],
  bytes = [[a size ("64KB", "1.5GB" or a number of bytes)]],
}

local function fits(value, types)
  for name in types:gmatch "%a+" do
    if checks[name](value) then
      return true
    end
  end
  return false
end

-- What such types are in words.
function options.wish(types)
  local words = {}
  for name in types:gmatch "%a+" do
    words[#words + 1] = wanted[name] or article(name)
  end
  return table.concat(words, " or ")
end

local function names_of(spec)
  local names = {}
  for name in pairs(spec) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function unknown(raise, what, key, spec)
  if type(key) ~= "string" then
    raise("%s does not take a value at [%s]", what, tostring(key))
  end
  local names = names_of(spec)
  local near = native.nearest(key, names)
  local hint = near and (" (did you mean '%s'?)"):format(near) or ", only " .. table.concat(names, ", ")
  raise("%s has no option '%s'%s", what, key, hint)
end

local function shown(value)
  if value == nil then
    return "nil"
  end
  if type(value) == "string" and #value <= 40 then
    return ("%s ('%s')"):format(article(kind_of(value)), value)
  end
  if type(value) == "number" then
    return ("%s (%s)"):format(article(kind_of(value)), value)
  end
  return article(kind_of(value))
end

-- Checks every named entry of `given` against `spec` (name → types, several joined by "|"). Entries 1 to `positional`
-- are left to the caller. `raise` is failure.bad unless the options are a declaration's.
---@param what string  how the caller calls itself, for messages
function options.check(what, given, spec, positional, raise)
  raise = raise or failure.bad
  if type(given) ~= "table" then
    raise("%s takes a table of options, not %s", what, shown(given))
  end
  for key, value in pairs(given) do
    local types = spec[key]
    if types then
      if not fits(value, types) then
        raise("%s: option '%s' must be %s, not %s", what, key, options.wish(types), shown(value))
      end
    elseif not (math.type(key) == "integer" and key >= 1 and key <= (positional or 0)) then
      unknown(raise, what, key, spec)
    end
  end
  return given
end

-- Checks one positional argument.
function options.argument(what, position, value, types, raise)
  if not fits(value, types) then
    (raise or failure.bad)("%s: argument %d must be %s, not %s", what, position, options.wish(types), shown(value))
  end
  return value
end

-- For a function that takes `count` arguments and no options: more would be ignored.
function options.no_more(what, count, ...)
  for position = 1, select("#", ...) do
    if (select(position, ...)) ~= nil then
      local taken = count == 0 and "no arguments" or count == 1 and "one argument" or count .. " arguments"
      failure.bad("%s takes %s, and there is an argument %d", what, taken, count + position)
    end
  end
end

-- A list, copied and marked as one, also when it is empty; nil stays nil.
function options.list(what, value, raise)
  if value == nil then
    return nil
  end
  for key in pairs(value) do
    if math.type(key) ~= "integer" or key < 1 or key > #value then
      (raise or failure.bad)("%s must be a list without holes: it has a value at [%s]", what, tostring(key))
    end
  end
  return native.list(table.move(value, 1, #value, 1, {}))
end

-- A table whose keys are names; nil stays nil.
function options.names(what, value, raise)
  for key in pairs(value or {}) do
    if type(key) ~= "string" then
      (raise or failure.bad)("%s must have names as keys: it has a value at [%s]", what, tostring(key))
    end
  end
  return value
end

-- A value of a declaration that is kept as data: what is none, a function for one, is a mistake of the declaration.
function options.data(what, value)
  local fine, problem = pcall(native.as_data, value, what)
  if not fine then
    failure.declare("%s", problem.message)
  end
  return value
end

return options
