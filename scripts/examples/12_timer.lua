-- Something again and again. A timer goes on until the script is interrupted, or the timer cancelled.
local forager = require "forager"

local ticks = 0

local timer = forager.every("10ms", function(ctx)
  ticks = ticks + 1
  ctx:log("tick %d", ticks)
end)

forager.sleep "25ms"
timer:cancel()
local _, problem = pcall(timer.join, timer)

return { ticked = ticks > 0, timer = problem.code }
