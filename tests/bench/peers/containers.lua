-- Runs COUNT containers of IMAGE that do nothing, WIDTH at once: containers.lua COUNT WIDTH IMAGE; gives the seconds.
local forager = require "forager"
local count, width, image = math.tointeger(...), math.tointeger(select(2, ...)), select(3, ...)

local started = 0
local function work()
  while started < count do
    started = started + 1
    forager.docker.run { image = image, command = { "true" }, network = "none" }
  end
end

local begun = forager.time.monotonic()
local workers = {}
for i = 1, width do
  workers[i] = forager.spawn(work)
end
for _, worker in ipairs(workers) do
  worker:join()
end
return { seconds = forager.time.monotonic() - begun }
