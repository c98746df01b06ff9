-- What the agent does for a colony in the benchmarks: nothing, and sleeping.
local forager = require "forager"

forager.func {
  name = "bench.nothing",
  run = function()
    return "done"
  end,
}
forager.func {
  name = "bench.sleep",
  run = function()
    forager.sleep "1h"
  end,
}
