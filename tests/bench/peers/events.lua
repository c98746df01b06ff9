-- Hears of events: from a hook, answered at once, and from one whose events go through the queue.
local forager = require "forager"

local seen = 0

forager.on("http:POST /hooks/event", function(_, request)
  seen = seen + request:json().amount
  return { seen = seen }
end)

forager.on("http:POST /hooks/kept", function(ctx, request)
  ctx:log("order %d", request:json().amount)
end, { durable = true })
