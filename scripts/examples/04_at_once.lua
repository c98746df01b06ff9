-- Several things at once, a time limit, the first answer.
local forager = require "forager"

local function after(pause, value)
  return function()
    forager.sleep(pause)
    return value
  end
end

local a, b = forager.all(after("20ms", 1), after("10ms", 2))
local first = forager.race(after("1h", "slow"), after("10ms", "fast"))
local ok, problem = pcall(forager.timeout, "10ms", after("1h"))

return { sum = a + b, first = first, ok = ok, problem = problem.code }
