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

it("a failure that nobody heard fails the owner at its end", function()
  local function owner()
    forager.spawn(function()
      error { code = "unheard" }
    end)
    forager.sleep "5ms"
  end
  local task = forager.spawn(owner)
  raises("unheard", task.join, task)
  local ok = pcall(forager.all, function()
    local heard = forager.spawn(error)
    pcall(heard.join, heard)
  end)
  equal(ok, true)
end)

it("a task belongs to what spawned it, also inside a coroutine", function()
  local task
  forager.all(function()
    coroutine.wrap(function()
      task = forager.spawn(later "1h")
    end)()
  end)
  equal(task:state(), "cancelled")
end)

it("a cancelled task does not keep what another waits for", function()
  local channel = forager.channel(1)
  local first, second = forager.spawn(channel.receive, channel), forager.spawn(channel.receive, channel)
  forager.sleep "1ms"
  channel:send(7)
  first:cancel()
  raises("cancelled", first.join, first)
  equal(forager.timeout("5s", second.join, second), 7)
end)

it("a cancelled sender does not keep the place of another", function()
  local channel = forager.channel(1)
  channel:send(0)
  local first, second = forager.spawn(channel.send, channel, 1), forager.spawn(channel.send, channel, 2)
  forager.sleep "1ms"
  channel:receive()
  first:cancel()
  raises("cancelled", first.join, first)
  forager.timeout("5s", second.join, second)
  equal(channel:receive(), 2)
end)

it("a cancelled update does not keep the turn of another", function()
  local update = forager.kv.update
  local first
  local holder = forager.spawn(function()
    update("turn", function()
      forager.sleep "5ms"
      return 1
    end)
    first:cancel()
  end)
  forager.sleep(0)
  first = forager.spawn(update, "turn", later("1h", 1))
  forager.sleep(0)
  local second = forager.spawn(update, "turn", function(n)
    return n + 1
  end)
  holder:join()
  raises("cancelled", first.join, first)
  equal(forager.timeout("5s", second.join, second), 2)
end)

it("close variables are closed from the inside out, each with the error", function()
  local seen = {}
  local function note(name)
    return closing(function(_, problem)
      seen[#seen + 1] = name .. (problem and "!" or "")
    end)
  end
  raises("timed_out", forager.timeout, "5ms", function()
    local _ <close> = note "outer"
    pcall(function()
      local _ <close> = note "inner"
      forager.sleep "1h"
    end)
  end)
  equal(seen, { "inner!", "outer!" })
end)

it("time limits nest, and the inner one is told apart", function()
  equal(
    forager.timeout("1h", function()
      return pcall(forager.timeout, "1ms", later "1h")
    end),
    false
  )
  contains(raises("timed_out", forager.timeout, "20ms", forager.timeout, "1h", later "1h").message, "20 ms")
end)

it("what is no function, no task or no channel size is refused", function()
  raises("bad_arguments", forager.spawn, 5)
  raises("bad_arguments", forager.all, print, 5)
  raises("bad_arguments", forager.timeout, "1s")
  raises("bad_arguments", forager.channel, 0)
  raises("bad_arguments", forager.channel, 1.5)
end)

it("durations that are none are refused with the right words", function()
  for _, wrong in ipairs { "5", "-1s", "1x", "", -1, 0 / 0, true } do
    contains(raises("bad_arguments", forager.sleep, wrong).message, "duration")
  end
end)

it("a task says what it does", function()
  local sleeper = forager.spawn(forager.sleep, "1h")
  local command = forager.spawn(forager.sh, "sleep 100")
  forager.sleep(0)
  equal({ sleeper:state(), command:state() }, { "sleeping", "waiting" })
  sleeper:cancel()
  command:cancel()
  pcall(sleeper.join, sleeper)
  equal(sleeper:state(), "cancelled")
end)

it("an error of the library has the place of whoever waited, where no code of the script raised it", function()
  local function place(code, fn)
    return raises(code, function()
      fn()
      return nil
    end).where
  end
  contains(
    place("exit", function()
      forager.timeout("10s", forager.sh, "exit 1")
    end),
    "tasks_spec.lua:"
  )
  contains(
    place("exit", function()
      forager.spawn(forager.sh, "exit 1"):join()
    end),
    "tasks_spec.lua:"
  )
  contains(
    place("cancelled", function()
      local cancelled = forager.spawn(forager.sleep, "1h")
      cancelled:cancel()
      cancelled:join()
    end),
    "tasks_spec.lua:"
  )
end)

it("a task cannot wait for itself", function()
  local task
  task = forager.spawn(function()
    return task:join()
  end)
  contains(raises("bad_arguments", task.join, task).message, "its own end")
end)

it("units of a duration stand from the largest on, each once", function()
  for _, text in ipairs { "1ms1h", "1s1s" } do
    raises("bad_arguments", forager.sleep, text)
  end
  equal(forager.time.seconds "1h1m1s1ms", 3661.001)
end)

spec.finish()
