-- Messages of a broker: each order on a channel is answered on the channel that it names, and the large ones, which
-- must not be lost, are put into a stream. Under `run` it is only declared; an agent with this in its configuration
-- hears:
--
--     [redis]
--     url = "redis://127.0.0.1:6379/0"
--
-- Try it: redis-cli PUBLISH orders.new '{"id": 7, "price": 3, "count": 2, "response_channel": "answers"}'
local forager = require "forager"

forager.on("redis:orders.*", function(_, message)
  local order = message:json()
  local total = order.price * order.count
  if order.response_channel then
    forager.broker.publish(order.response_channel, { id = order.id, total = total })
  end
  if total >= 1000 then
    forager.broker.stream("large-orders", order)
  end
end)

-- All agents of the group share the entries. One is acknowledged when it is safe in the agent's queue, and tried again
-- when its handler fails.
forager.on("redis-stream:large-orders", function(ctx, message)
  ctx:log("order %d is looked at by a person", message:json().id)
end, { group = "clerks" })

return "handlers of orders are declared"
