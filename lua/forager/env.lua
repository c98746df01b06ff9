-- The environment of the agent, without its secrets: forager.env.HOME, or forager.env.get("HOME", fallback).
local failure = require "forager.failure"
local options = require "forager.options"

local env = {}

function env.get(name, fallback)
  options.argument("env.get", 1, name, "string")
  local value = os.getenv(name)
  if value == nil then
    return fallback
  end
  return value
end

-- As get, but raises when the variable is not set.
function env.need(name)
  local value = env.get(name)
  if value == nil then
    failure.raise { code = "not_found", message = ("the environment variable %s is not set"):format(name) }
  end
  return value
end

return setmetatable(env, {
  __index = function(_, name)
    return os.getenv(name)
  end,
  __newindex = function(_, name)
    failure.bad("the environment cannot be changed: give %s to a command with its option 'env'", tostring(name))
  end,
})
