-- Calling functions by name: here, or in the colony.
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

local calls = {}

known.arguments("call", "callee")
local colony_options = known.options("call: on", {
  on = "string",
  executor = "string",
  executor_names = "table",
  location = "string",
  timeout = "duration",
  retries = "count",
  priority = "integer",
  env = "table",
  cpu = "number|string",
  memory = "integer|string",
})

-- Whether the last argument says where the call goes: a table whose `on` is "colony".
local function goes_away(last)
  local on = type(last) == "table" and rawget(last, "on")
  if type(on) ~= "string" then
    return false
  end
  if on ~= "colony" and native.nearest(on, { "colony" }) then
    failure.bad([[call: on is "colony", not "%s"]], on)
  end
  return on == "colony"
end

-- `...` are the function's arguments, of which a single table with names is its keyword arguments, and then, for a call
-- in the colony, the options.
function calls.call(name, ...)
  options.argument("call", 1, name, "string")
  local count = select("#", ...)
  local last = count > 0 and (select(count, ...))
  if not goes_away(last) then
    return native.call(name, ...)
  end
  options.check("call", last, colony_options, 0)
  local arguments = { ... }
  return native.call_in_colony(last, name, table.unpack(arguments, 1, count - 1))
end

return calls
