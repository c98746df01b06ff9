-- A chain of containers, as step functions have it: the output of one run is the input of the next.
--
-- Configuration: [docker] host, and for the channel [redis] url. The agent serves it from its scripts' folder:
--
--   redis-cli publish chain '{ "response_channel": "chain.done", "id": "c1", "input": "b\na\nb\n",
--     "steps": [ { "image": "alpine", "command": "sort" }, { "image": "alpine", "command": "uniq -c" } ] }'
--
-- The reply on `response_channel` is { id, status, output } or { id, status, error, step }. Without a broker:
--
--   forager call chain.run --script container_chain.lua '[{ "image": "alpine", "command": "sort" }]' 'b a'
local forager = require "forager"

-- A step has the options of forager.docker.run; each is done once, whatever happens to the agent between them.
forager.func {
  name = "chain.run",
  doc = "Runs containers one after another: what one prints is what the next one reads.",
  args = { { "steps", "list" }, { "input", "string", default = "" } },
  durable = true,
  run = function(ctx, steps, input)
    for number, step in ipairs(steps) do
      input = ctx:step("step " .. number, function()
        local options = { stdin = input }
        for name, value in pairs(step) do
          options[name] = value
        end
        local ok, result = pcall(forager.docker.run, options)
        if not ok then
          error { code = result.code, message = "step " .. number .. ": " .. result.message, step = number }
        end
        return result.stdout
      end)
    end
    return input
  end,
}

forager.on("redis:chain", function(ctx, message)
  local asked = message:json()
  local ok, result = pcall(ctx.call, ctx, "chain.run", asked.steps, asked.input or "")
  local reply = { id = asked.id, status = ok and "ok" or "error" }
  if ok then
    reply.output = result
  else
    reply.error, reply.step = result.message, result.step
  end
  if asked.response_channel then
    forager.broker.publish(asked.response_channel, reply)
  end
end, { durable = true })
