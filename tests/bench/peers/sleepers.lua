-- COUNT tasks sleep at once: the resident memory then, in bytes, and what each of them added.
local forager = require "forager"
local count = math.tointeger((...))

local function resident()
  return tonumber(forager.files.read("/proc/self/status"):match "VmRSS:%s+(%d+)") * 1024
end

local function nap()
  forager.sleep "1h"
end

local before = resident()
local tasks = {}
for i = 1, count do
  tasks[i] = forager.spawn(nap)
end
forager.sleep(0)
local after = resident()
for _, task in ipairs(tasks) do
  assert(task:state() == "sleeping")
  task:cancel()
end
return { value = after, each = (after - before) / count }
