-- Workflows run from a script.
local forager = require "forager"
local spec = require "spec"
local it, equal, raises, contains = spec.it, spec.equal, spec.raises, spec.contains

local count = 0

local function new(options)
  count = count + 1
  return forager.workflow("spec" .. count, options)
end

local function gives(value)
  return function()
    return value
  end
end

local function fails(text)
  return function()
    error(text)
  end
end

forager.func {
  name = "spec.add",
  args = { { "a", "integer" }, { "b", "integer", default = 100 } },
  run = function(_, a, b)
    return a + b
  end,
}

it("results flow to what comes after, in the order of 'after'", function()
  local w = new()
  local a = w:task { "a", run = gives "A" }
  w:task { "b", run = gives "B" }
  w:task {
    "c",
    after = { "b", a },
    run = function(ctx, b, x)
      return b .. x .. type(ctx.id)
    end,
  }
  equal(w:run(), { a = "A", b = "B", c = "BAstring" })
end)

it("a handle in arguments is the result, or a part of it, and makes its task come first", function()
  local w = new()
  local a = w:task { "a", run = gives { n = 2, list = { { x = 3 } } } }
  w:task { "b", call = "spec.add", args = { a.n, a.list[1].x } }
  w:task { "c", call = "spec.add", kwargs = { a = a.n } }
  equal(w:run(), { a = { n = 2, list = { { x = 3 } } }, b = 5, c = 102 })
end)

it("a part that is not there is an error of the task that asked for it", function()
  local w = new()
  local a = w:task { "a", run = gives { n = 1 } }
  w:task { "b", call = "spec.add", args = { a.no_such_part } }
  local ok, problem = pcall(w.run, w)
  equal({ ok, problem.task }, { false, "b" })
  contains(problem, "no_such_part")
end)

it("foreach runs once for each item and keeps their order", function()
  local w = new()
  local list = w:task { "list", run = gives { 3, 1, 2 } }
  w:task {
    "from_handle",
    foreach = list,
    run = function(ctx, item)
      ctx:sleep(item * 0.003)
      return item * 10
    end,
  }
  w:task { "from_list", foreach = { 1, 2 }, call = "spec.add", args = { forager.item, forager.item } }
  w:task {
    "from_function",
    after = "list",
    foreach = function(_, items)
      return { #items }
    end,
    run = function(_, item)
      return item
    end,
  }
  w:task { "none", foreach = {}, run = fails "never" }
  equal(w:run(), {
    list = { 3, 1, 2 },
    from_handle = { 30, 10, 20 },
    from_list = { 2, 4 },
    from_function = { 3 },
    none = forager.json.array(),
  })
end)

it("no more items run at once than 'concurrency' says", function()
  local w = new()
  local running, most = 0, 0
  w:task {
    "each",
    foreach = { 1, 2, 3, 4, 5, 6 },
    concurrency = 2,
    run = function(ctx)
      running = running + 1
      most = math.max(most, running)
      ctx:sleep "2ms"
      running = running - 1
      return true
    end,
  }
  w:run()
  equal(most, 2)
end)

it("no more tasks run at once than the workflow's 'concurrency' says", function()
  local w = new { concurrency = 1 }
  local running, most = 0, 0
  for i = 1, 4 do
    w:task {
      "t" .. i,
      run = function(ctx)
        running = running + 1
        most = math.max(most, running)
        ctx:sleep "1ms"
        running = running - 1
      end,
    }
  end
  w:run()
  equal(most, 1)
end)

it("'when' gets the context and the results of 'after', and what is skipped gives nil", function()
  local w = new()
  w:task { "a", run = gives(5) }
  w:task {
    "skipped",
    after = "a",
    when = function(_, a)
      return a > 5
    end,
    run = fails "never",
  }
  w:task {
    "done",
    after = "a",
    when = function(_, a)
      return a == 5
    end,
    run = gives "yes",
  }
  w:task {
    "next",
    after = "skipped",
    run = function(_, value)
      return value == nil or value == forager.null
    end,
  }
  local results = w:run()
  equal({ results.done, results.next }, { "yes", true })
end)

it("a failure names its task, stops what depends on it and leaves its code alone", function()
  local w = new()
  local ran = false
  w:task {
    "a",
    run = function()
      forager.sh "exit 3"
    end,
  }
  w:task {
    "b",
    after = "a",
    run = function()
      ran = true
    end,
  }
  local problem = raises("exit", w.run, w)
  equal({ problem.task, problem.exit_code, ran }, { "a", 3, false })
end)

it("with on_failure = 'continue' the others go on with nil in its place", function()
  local w = new()
  w:task { "a", run = fails "no", on_failure = "continue" }
  w:task {
    "b",
    after = "a",
    run = function(_, a)
      return a == nil or a == forager.null
    end,
  }
  equal(w:run().b, true)
end)

it("a task is tried again unless its error says that it is pointless", function()
  local tries = 0
  local w = new()
  w:task {
    "a",
    retries = 2,
    run = function()
      tries = tries + 1
      if tries == 1 then
        error { code = "mine" }
      end
      return tries
    end,
  }
  equal(w:run().a, 2)
  local hopeless = 0
  w = new()
  w:task {
    "a",
    retries = 2,
    run = function()
      hopeless = hopeless + 1
      error { code = "mine", retry = false }
    end,
  }
  raises("mine", w.run, w)
  equal(hopeless, 1)
end)

it("a task has its time limit", function()
  local w = new()
  w:task {
    "a",
    timeout = "10ms",
    run = function(ctx)
      ctx:sleep "1h"
    end,
  }
  equal(raises("timed_out", w.run, w).task, "a")
end)

it("cancelling who runs it ends the tasks", function()
  local w = new()
  local closed = false
  w:task {
    "a",
    run = function(ctx)
      local _ <close> = setmetatable({}, {
        __close = function()
          closed = true
        end,
      })
      ctx:sleep "1h"
    end,
  }
  raises("timed_out", forager.timeout, "10ms", w.run, w)
  equal(closed, true)
end)

it("a bad graph is found before anything runs", function()
  local ran = false
  local function first(w)
    w:task {
      "first",
      run = function()
        ran = true
      end,
    }
  end
  local cycle = new()
  first(cycle)
  local _, problem = pcall(function()
    cycle:task { "a", after = "b", run = print }
    cycle:task { "b", after = "a", run = print }
    cycle:run()
  end)
  contains(problem, "a → b → a")
  local unknown = new()
  first(unknown)
  _, problem = pcall(function()
    unknown:task { "a", after = "firts", run = print }
    unknown:run()
  end)
  contains(problem, "firts")
  local twice = new()
  first(twice)
  _, problem = pcall(first, twice)
  contains(problem, "first")
  local call = new()
  first(call)
  _, problem = pcall(function()
    call:task { "a", call = "spec.ad" }
    call:run()
  end)
  contains(problem, "spec.add")
  equal(ran, false)
end)

it("a workflow is a function, too, which other functions and tasks call by its name", function()
  local inner = forager.workflow "spec_inner"
  inner:task { "a", run = gives { 1, 2 } }
  inner:task { "b", run = gives "B" }
  local outer = forager.workflow("spec_outer", { doc = "Calls the other one." })
  local first = outer:task { "first", call = "spec_inner" }
  outer:task { "second", call = "spec.add", args = { first.a[1], first.a[2] } }
  equal(forager.call "spec_inner", { a = { 1, 2 }, b = "B" })
  equal(forager.call "spec_outer", { first = { a = { 1, 2 }, b = "B" }, second = 3 })
  raises("bad_arguments", forager.call, "spec_inner", 1)
end)

it("a workflow that calls itself comes to an end", function()
  local w = forager.workflow "spec_circle"
  w:task { "again", call = "spec_circle" }
  contains(raises("limit", forager.call, "spec_circle").message, "spec_circle → spec_circle")
end)

it("a workflow and a function cannot share a name", function()
  contains(raises("bad_arguments", forager.workflow, "spec.add").message, "function 'spec.add' already, declared at")
  forager.workflow "spec.taken"
  local problem = raises("bad_arguments", function()
    forager.func { name = "spec.taken", run = print }
  end)
  contains(problem.message, "workflow 'spec.taken' already, declared at")
  contains(problem.where, "workflow_spec.lua:")
  contains(raises("bad_arguments", forager.workflow, "echo.echo").message, "built in")
  contains(raises("bad_arguments", forager.workflow, "a b").message, "not a name for a workflow")
end)

it("mistakes are named", function()
  local w = new()
  local function task(given)
    return raises("bad_arguments", w.task, w, given).message
  end
  contains(task { "a", run = print, atfer = "b" }, "'after'")
  contains(task { run = print }, "needs a name")
  contains(task { "a" }, "'call'")
  contains(task { "a", run = print, call = "spec.add" }, "'call'")
  contains(task { "a", run = print, on_failure = "ignore" }, "continue")
  contains(task { "a", run = print, concurrency = 0 }, "concurrency")
  contains(task { "a", run = print, executor = "" }, "executor")
  contains(task { "a", run = print, timeout = "soon" }, "duration")
  contains(task { "a", run = print, after = new():task { "b", run = print } }, "another workflow")
  raises("bad_arguments", w.cron, w, "every day")
  raises("bad_arguments", w.cron, w, "61 * * * *")
  contains(raises("bad_arguments", forager.workflow, "x", { concurency = 1 }).message, "'concurrency'")
end)

it("a handle cannot be changed", function()
  local a = new():task { "a", run = print }
  raises("bad_arguments", function()
    a.x = 1
  end)
  equal(tostring(a), "task 'a'")
end)

it("a part of what is not there is nil, as the whole is", function()
  local w = forager.workflow "parts-of-nothing"
  local skipped = w:task {
    "skipped",
    when = function()
      return false
    end,
    run = print,
  }
  w:task {
    "next",
    args = { skipped.file, 1 },
    run = function(_, file, one)
      return file == nil and one
    end,
  }
  equal(w:run().next, 1)
end)

spec.finish()
