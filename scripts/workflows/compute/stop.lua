-- Hears of a job that is to be stopped, and ends what it does at that moment.
local forager = require "forager"

---@class compute.Stop
local Stop = {}
Stop.__index = Stop

local stop = { signal = "compute.stop" }

-- In a durable function. The listener ends with it.
function stop.listen(ctx)
  local self = setmetatable({ asked = false, work = nil }, Stop)
  self.listener = forager.spawn(function()
    ctx:wait(stop.signal, { beside = true })
    self.asked = true
    if self.work then
      self.work:cancel()
    end
  end)
  -- It has its turn before a step begins, of which it would be a part.
  forager.sleep(0)
  return self
end

function Stop:__close()
  self.listener:cancel()
end

-- True and what `work` gives; false when it was stopped, and whether it had not begun. Errors of `work` pass.
-- `although`: what was stopped before is no reason not to begin.
function Stop:unless(work, although)
  if self.asked and not although then
    return false, true
  end
  local task <close> = forager.spawn(work)
  self.work = task
  local ok, result = pcall(task.join, task)
  self.work = nil
  if ok then
    return true, result
  end
  if self.asked then
    return false, false
  end
  error(result, 0)
end

return stop
