-- Brokers of messages: publishing, asking for an answer, adding to a stream.
local copy = require "forager.data"
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

local broker = {}

-- Strings are sent as they are, other data as JSON.
local function payload_of(what, value)
  if value == nil then
    failure.bad("%s: there is no value to send", what)
  end
  return copy(value, what .. ": the value")
end

local publish_options = known.options("broker.publish", { broker = "string" }, 3)
known.arguments("broker.publish", "string", "any")

function broker.publish(channel, value, given)
  options.argument("broker.publish", 1, channel, "string")
  given = options.check("broker.publish", given or {}, publish_options, 0)
  native.broker_publish(channel, payload_of("broker.publish", value), given.broker or "")
end

local request_options = known.options("broker.request", { timeout = "duration", broker = "string" }, 3)
known.arguments("broker.request", "string", "table")
known.gives("broker.request", "message")

-- Publishes `value` with the name of a channel in it, and gives what comes back on that.
function broker.request(channel, value, given)
  options.argument("broker.request", 1, channel, "string")
  options.argument("broker.request", 2, value, "table")
  given = options.check("broker.request", given or {}, request_options, 0)
  local reply = native.broker_request(channel, payload_of("broker.request", value), {
    timeout = given.timeout or "30s",
    broker = given.broker or "",
  })
  return require("forager.messages").message(reply)
end

local stream_options = known.options("broker.stream", { most = "count", broker = "string" }, 3)
known.arguments("broker.stream", "string", "any")

-- Adds an entry with one field, `payload`, and gives its id.
function broker.stream(name, value, given)
  options.argument("broker.stream", 1, name, "string")
  given = options.check("broker.stream", given or {}, stream_options, 0)
  return native.broker_stream(name, payload_of("broker.stream", value), {
    most = given.most or 0,
    broker = given.broker or "",
  })
end

return broker
