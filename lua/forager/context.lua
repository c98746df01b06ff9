-- The first argument of every function: who calls, and what a running function may ask of the agent.
local copy = require "forager.data"
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

---@class forager.Context
local Context = known.object("context", { __name = "context" })
Context.__index = Context

local function formatted(format, ...)
  if select("#", ...) == 0 then
    return tostring(format)
  end
  local ok, text = pcall(string.format, tostring(format), ...)
  if not ok then
    failure.bad("log: %s", (text:gsub("bad argument #(%d+) to '[^']*'", "argument %1")))
  end
  return text
end

function Context:log(format, ...)
  native.log(formatted(format, ...))
end

function Context:call(name, ...)
  options.argument("call", 1, name, "string")
  return native.call(name, ...)
end

function Context:sleep(duration)
  return native.sleep(duration)
end

-- Outside a durable function of the agent nothing is recorded: the step is simply done.
function Context:step(name, fn)
  options.argument("step", 1, name, "string")
  options.argument("step", 2, fn, "function")
  return copy(fn(), ("the result of step '%s'"):format(name))
end

function Context:now()
  return native.wall_time()
end

function Context:random()
  return math.random()
end

local context = {}

function context.new(id, name)
  return setmetatable({ id = id, name = name }, Context)
end

function context.check(value)
  if getmetatable(value) ~= Context then
    failure.bad "this is not a context: call it as ctx:log(…), with a colon"
  end
end

context.formatted = formatted

return context
