-- Tasks, groups, channels, cancellation.
local forager = require "forager"
local spec = require "spec"
local it, equal, raises, contains = spec.it, spec.equal, spec.raises, spec.contains

local function later(pause, value)
  return function()
    forager.sleep(pause)
    return value
  end
end

local function closing(fn)
  return setmetatable({}, { __close = fn })
end

it("all gives the results in order and raises the first error as it was", function()
  equal({ forager.all(later("20ms", "a"), later("1ms", "b")) }, { "a", "b" })
  equal(select("#", forager.all()), 0)
  local mine = { code = "mine" }
  local ok, problem = pcall(forager.all, later "1h", function()
    error(mine)
  end)
  equal({ ok, problem == mine }, { false, true })
end)

it("race gives the first to end, also when it fails, and cancels the others", function()
  local closed = false
  local function slow()
    local _ <close> = closing(function()
      closed = true
    end)
    forager.sleep "1h"
  end
  equal(forager.race(slow, later("1ms", 7)), 7)
  equal(closed, true)
  contains(
    select(
      2,
      pcall(forager.race, slow, function()
        error "first"
      end)
    ),
    "first"
  )
  raises("bad_arguments", forager.race)
end)

it("timeout gives all values, or says how long it waited", function()
  equal({ forager.timeout("1h", function(...)
    return ...
  end, 1, 2) }, { 1, 2 })
  contains(raises("timed_out", forager.timeout, "10ms", later "1h").message, "10 ms")
end)

it("a task can be joined again and again, and cancelled", function()
  local task = forager.spawn(later("1ms", "value"))
  equal({ task:join(), task:join(), task:state() }, { "value", "value", "succeeded" })
  local cancelled = forager.spawn(later "1h")
  cancelled:cancel()
  raises("cancelled", cancelled.join, cancelled)
  equal(cancelled:state(), "cancelled")
end)

it("pcall does not stop a cancellation, and clean-up may wait", function()
  local seen = {}
  local task = forager.spawn(function()
    local _ <close> = closing(function()
      forager.sleep "5ms"
      seen[#seen + 1] = "closed"
    end)
    while true do
      pcall(forager.sleep, "1h")
      seen[#seen + 1] = "went on"
    end
  end)
  forager.sleep "1ms"
  task:cancel()
  pcall(task.join, task)
  equal(seen, { "closed" })
end)

it("a loop that computes can be cancelled and lets others have their turn", function()
  local task = forager.spawn(function()
    while true do
    end
  end)
  for _ = 1, 3 do
    forager.sleep "1ms"
  end
  task:cancel()
  raises("cancelled", task.join, task)
end)

it("a function that ends cancels what it leaves", function()
  local closed = false
  forager
    .spawn(function()
      forager.spawn(function()
        local _ <close> = closing(function()
          closed = true
        end)
        forager.sleep "1h"
      end)
      forager.sleep "1ms"
    end)
    :join()
  equal(closed, true)
end)

it("waiting works in coroutines, iterators and metamethods", function()
  local numbers = coroutine.wrap(function()
    for i = 1, 3 do
      forager.sleep "1ms"
      coroutine.yield(i)
    end
  end)
  equal({ numbers(), numbers(), numbers() }, { 1, 2, 3 })
  local lazy = setmetatable({}, { __index = later("1ms", "found") })
  equal(lazy.anything, "found")
  local sum = 0
  for value in later("1ms", nil) do
    sum = sum + value
  end
  equal(sum, 0)
end)

it("where Lua cannot wait the error names the place", function()
  local _, problem = pcall(table.sort, { 2, 1 }, function()
    forager.sleep "1ms"
  end)
  contains(problem, "table.sort")
  contains(problem.where, "tasks_spec.lua:")
  _, problem = pcall(string.gsub, "a", "a", function()
    forager.sleep "1ms"
  end)
  contains(problem, "string.gsub")
end)

it("a channel holds so much and no more, and its end is heard", function()
  local channel = forager.channel(2)
  local sent = 0
  forager.spawn(function()
    for i = 1, 5 do
      channel:send(i)
      sent = i
    end
    channel:close()
  end)
  forager.sleep "5ms"
  equal(sent, 2)
  local got = {}
  for value in channel:values() do
    got[#got + 1] = value
  end
  equal(got, { 1, 2, 3, 4, 5 })
  raises("refused", channel.send, channel, 1)
end)

it("many tasks sleep at once", function()
  local ended = 0
  local tasks = {}
  for i = 1, 10000 do
    tasks[i] = forager.spawn(function()
      forager.sleep(0.01)
      ended = ended + 1
    end)
  end
  for _, task in ipairs(tasks) do
    task:join()
  end
  equal(ended, 10000)
end)

it("durations that are none are refused with the right words", function()
  for _, wrong in ipairs { "5", "-1s", "1x", "", -1, 0 / 0, true } do
    contains(raises("bad_arguments", forager.sleep, wrong).message, "duration")
  end
end)

spec.finish()
