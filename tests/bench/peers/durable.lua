-- What the agent does in the benchmarks: nothing, and steps for a while, WIDTH tasks at once.
local forager = require "forager"

forager.func { name = "bench.nothing", run = function() end }

forager.func {
  name = "bench.steps",
  durable = true,
  args = { { "seconds", "number" }, { "width", "integer" } },
  run = function(ctx, seconds, width)
    local begun = forager.time.monotonic()
    local count = 0
    local function work(name)
      while forager.time.monotonic() - begun < seconds do
        ctx:step(name, function()
          return 1
        end)
        count = count + 1
      end
    end
    local workers = {}
    for i = 1, width do
      workers[i] = forager.spawn(work, "step " .. i)
    end
    for _, worker in ipairs(workers) do
      worker:join()
    end
    return count / (forager.time.monotonic() - begun)
  end,
}
