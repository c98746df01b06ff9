-- Answers each message with another one, and counts those of a flood.
local forager = require "forager"

local count = 0

forager.on("redis:bench.*", function(_, message)
  if message.channel == "bench.count" then
    count = count + 1
    if message.payload == "last" then
      forager.broker.publish("answers", tostring(count))
      count = 0
    end
  elseif message.channel == "bench.echo" then
    forager.broker.publish("answers", message.payload)
  end
end)
