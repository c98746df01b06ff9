-- TASKS tasks give way to each other, TURNS times in all. Gives nanoseconds of CPU time for each turn.
local forager = require "forager"
local tasks, turns = math.tointeger(...), math.tointeger(select(2, ...))

local function give_way()
  local sleep = forager.sleep
  for _ = 1, turns // tasks do
    sleep(0)
  end
end

local begun = os.clock()
local spawned = {}
for i = 1, tasks do
  spawned[i] = forager.spawn(give_way)
end
for _, task in ipairs(spawned) do
  task:join()
end
return { value = (os.clock() - begun) / (turns // tasks * tasks) * 1e9 }
