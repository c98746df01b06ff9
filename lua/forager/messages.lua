-- Messages of brokers: what handlers of `on` get of them.
local failure = require "forager.failure"
local known = require "forager.known"

local messages = {}

---@class forager.Message
local Message = known.object("message", true)
Message.__index = Message

-- The payload as data.
function Message:json()
  return require("forager.json").decode(self.payload)
end

-- Whether it is an event of a broker.
function messages.is_event(event)
  local kind = event:match "^([%a-]*):"
  return kind == "redis" or kind == "mqtt" or kind == "redis-stream"
end

-- A message out of what came.
function messages.message(given)
  return setmetatable(given, Message)
end

-- A function that gives `fn` the message with its methods. It can be called by its name, too.
function messages.handler(event, fn)
  return function(ctx, message)
    if type(message) ~= "table" then
      local given = message == nil and "nothing" or "a " .. type(message)
      failure.bad("what handles '%s' takes a message, a table with channel and payload, not %s", event, given)
    end
    return fn(ctx, messages.message(message))
  end
end

return messages
