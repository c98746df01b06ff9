-- Tasks that talk: a bounded channel between a producer and several workers.
local forager = require "forager"

local jobs, done = forager.channel(2), forager.channel(10)

forager.spawn(function()
  for number = 1, 6 do
    jobs:send(number)
  end
  jobs:close()
end)

local function worker()
  for number in jobs:values() do
    forager.sleep "5ms"
    done:send(number * number)
  end
end
forager.all(worker, worker, worker)
done:close()

local sum = 0
for square in done:values() do
  sum = sum + square
end
return sum
