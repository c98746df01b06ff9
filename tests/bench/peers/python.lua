-- Calls a Python function COUNT times, WIDTH at once: python.lua INTERPRETER warm|cold COUNT WIDTH
local forager = require "forager"
local python, how, count, width = ...
count, width = math.tointeger(count), math.tointeger(width)

-- Of those that start alike the first one is started itself: a variable that interpreters look at makes each the first.
local function add(number)
  local sum = forager.python {
    code = "def add(a, b): return a + b",
    call = "add",
    args = { number, 1 },
    python = python,
    env = how == "cold" and { PYTHONBENCHMARK = tostring(number) } or nil,
  }
  assert(sum == number + 1)
end

if how == "warm" then
  add(-2)
  add(-1)
end

local started = 0
local function work()
  while started < count do
    started = started + 1
    add(started)
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
return { value = (forager.time.monotonic() - begun) / count }
