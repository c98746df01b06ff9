-- The first argument of every function: who calls, and what a running function may ask of the agent.
local calls = require "forager.calls"
local copy = require "forager.data"
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

local wait_options = known.options("context.wait", { timeout = "duration", beside = "boolean" }, 2)

---@class forager.Context
local Context = known.object "context"
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
  return calls.call(name, ...)
end

-- In a durable function it goes on after a restart, and ends when it would have ended.
function Context:sleep(duration)
  options.argument("sleep", 1, duration, "duration")
  if self.durable then
    return native.durable_sleep(duration)
  end
  return native.sleep(duration)
end

-- Names of steps that are being done now, for each invocation: their numbers could change from run to run.
local doing = setmetatable({}, { __mode = "k" })

local function begin(self, name)
  local names = doing[self] or {}
  doing[self] = names
  if names[name] then
    failure.bad("step '%s' is being done already: steps that are done at once need names of their own", name)
  end
  names[name] = true
  return setmetatable({}, {
    __close = function()
      names[name] = nil
    end,
  })
end

local function attempt(name, key, fn)
  native.step_enter(key)
  local ok, result = pcall(fn)
  native.step_leave()
  if not ok then
    return false, result
  end
  -- Not a failure of the step, but of who wrote it: it is refused at once.
  return true, copy(result, ("the result of step '%s'"):format(name))
end

-- Does `fn` once: what it gave, or raised, is recorded, and a run after a restart gets that instead. Where nothing is
-- recorded (the function is not durable, or this is a part of another step) it is simply done.
function Context:step(name, fn)
  options.argument("step", 1, name, "string")
  options.argument("step", 2, fn, "function")
  local _ <close> = begin(self, name)
  local key, done, earlier = native.step_find(name)
  if done then
    return earlier
  end
  local ok, result = attempt(name, key, fn)
  if not ok then
    if key then
      native.step_failed(key, native.failure_data(result))
    end
    error(result, 0)
  end
  if key then
    native.step_keep(key, result)
  end
  return result
end

-- Seconds since 1970; in a durable function the same after a restart.
function Context:now()
  return native.durable_now()
end

-- As math.random; in a durable function the same after a restart.
function Context:random(...)
  return native.durable_random(math.random(...))
end

-- Waits until somebody sends the signal (`forager signal ID EVENT [VALUE]`), and gives its value.
function Context:wait(event, given)
  options.argument("wait", 1, event, "string")
  given = options.check("wait", given or {}, wait_options, 0)
  return native.wait_signal(event, given.timeout, given.beside or false)
end

-- For <close> handlers: whether this call, cut off now, goes on after the agent's next start.
function Context:will_resume()
  return native.will_resume()
end

-- The path of the folder that commands of this call begin in under the agent, and that is removed with all in it at the
-- call's end; a durable function keeps it over restarts. Elsewhere a temporary folder of its own.
function Context:folder()
  return native.scratch_folder()
end

local context = {}

function context.new(id, name, durable)
  return setmetatable({ id = id, name = name, durable = durable or false }, Context)
end

context.formatted = formatted

return context
