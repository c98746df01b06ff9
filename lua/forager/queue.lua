-- The agent's own queue: work that is kept, and done whatever happens to the agent.
local copy = require "forager.data"
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

local queue = {}

local submit_options = known.options("queue.submit", {
  args = "table",
  kwargs = "table",
  label = "string",
  priority = "integer",
  key = "string",
  idempotency_key = "string",
  delay = "duration",
  timeout = "duration",
  retries = "count",
}, 2)
known.arguments("queue.submit", "callee")

-- The id of the invocation, which is safe then.
function queue.submit(name, given)
  options.argument("queue.submit", 1, name, "string")
  given = options.check("queue.submit", given or {}, submit_options)
  local spec = copy(given, "queue.submit: the options")
  spec.args = options.list("queue.submit: option 'args'", spec.args)
  spec.kwargs = options.names("queue.submit: option 'kwargs'", spec.kwargs)
  return native.queue_submit(name, spec)
end

-- What is known of an invocation; nil when nothing is, or not any more.
function queue.get(id)
  return native.queue_get(options.argument("queue.get", 1, id, "string"))
end

-- Whether there was one to end: what has ended stays as it is.
function queue.cancel(id)
  return native.queue_cancel(options.argument("queue.cancel", 1, id, "string"))
end

-- What ctx:wait(EVENT) waits for in a durable function.
function queue.signal(id, event, value)
  options.argument("queue.signal", 1, id, "string")
  options.argument("queue.signal", 2, event, "string")
  if event == "" then
    failure.bad "queue.signal: argument 2 is empty: which signal is it?"
  end
  native.queue_signal(id, event, copy(value, "queue.signal: the value"))
end

return queue
