-- Runs `true` COUNT times, WIDTH at once, while HEAP megabytes are held: children.lua COUNT WIDTH HEAP
local forager = require "forager"
local count, width, heap = math.tointeger(...), math.tointeger(select(2, ...)), math.tointeger(select(3, ...))

local held = {}
for i = 1, heap do
  held[i] = string.rep(string.char(i), 2 ^ 20)
end

local started = 0
local function work()
  while started < count do
    started = started + 1
    forager.sh { "true" }
  end
end

-- Ours and that of the children that have been waited for, in the kernel's ticks of 10 ms.
local function cpu_seconds()
  local fields = {}
  for word in forager.files.read("/proc/self/stat"):match("%) (.*)"):gmatch "%S+" do
    fields[#fields + 1] = tonumber(word) or 0
  end
  return (fields[11] + fields[12] + fields[13] + fields[14]) / 100
end

local cpu = cpu_seconds()
local begun = forager.time.monotonic()
local workers = {}
for i = 1, width do
  workers[i] = forager.spawn(work)
end
for _, worker in ipairs(workers) do
  worker:join()
end
local seconds = forager.time.monotonic() - begun
return { value = count / seconds, each = (cpu_seconds() - cpu) / count, held = #held }
