-- Functions that a script declares and calls.
local forager = require "forager"
local spec = require "spec"
local it, equal, raises, contains = spec.it, spec.equal, spec.raises, spec.contains

local call = forager.call

-- What went wrong when a declaration was refused.
local function refused(given)
  given.name = given.name or "spec.refused"
  given.run = given.run or print
  return raises("bad_arguments", forager.func, given).message
end

it("each type takes its values and refuses the others, naming the argument", function()
  local cases = {
    string = { good = { "", "a\0b" }, bad = { 1, true, {} } },
    integer = { good = { 0, -7, 9007199254740993 }, bad = { 1.5, "1", true } },
    number = { good = { 0, 1.5 }, bad = { "1", true } },
    boolean = { good = { true, false }, bad = { 0, "true" } },
    list = { good = { { 1 }, {} }, bad = { "a", 1, { x = 3 } } },
    table = { good = { { a = 1 } }, bad = { "a", 1 } },
    any = { good = { 1, "a", { a = 1 }, false }, bad = {} },
  }
  for type_name, values in pairs(cases) do
    local name = "spec.takes_" .. type_name
    forager.func {
      name = name,
      args = { { "first", "any", default = 0 }, { "value", type_name } },
      run = function(_, _, value)
        return type(value)
      end,
    }
    for _, value in ipairs(values.good) do
      equal(call(name, 0, value), type(value))
    end
    for _, value in ipairs(values.bad) do
      contains(raises("bad_arguments", call, name, 0, value).message, "'value'")
    end
  end
end)

it("a missing argument, one too many and an unknown one are errors", function()
  forager.func {
    name = "spec.pair",
    args = { { "a", "integer" }, { "b", "integer", default = 2 } },
    run = function(_, a, b)
      return a, b
    end,
  }
  equal(call("spec.pair", 1), { 1, 2 })
  equal(call("spec.pair", { b = 4, a = 3 }), { 3, 4 })
  contains(raises("bad_arguments", call, "spec.pair").message, "'a'")
  raises("bad_arguments", call, "spec.pair", 1, 2, 3)
  contains(raises("bad_arguments", call, "spec.pair", { b = 1 }).message, "'a'")
  contains(raises("bad_arguments", call, "spec.pair", { a = 1, bb = 2 }).message, "'bb'")
end)

it("a default is new in each call", function()
  forager.func {
    name = "spec.fresh",
    args = { { "list", "list", default = {} } },
    run = function(_, list)
      list[#list + 1] = 1
      return #list
    end,
  }
  equal({ call "spec.fresh", call "spec.fresh" }, { 1, 1 })
end)

it("without declared arguments a function takes anything", function()
  forager.func {
    name = "spec.any",
    run = function(_, ...)
      return select("#", ...), ...
    end,
  }
  equal(call("spec.any", "a", 2, { 3 }), { 3, "a", 2, { 3 } })
  equal(call "spec.any", 0)
end)

it("arguments and results are copies", function()
  local kept
  forager.func {
    name = "spec.keep",
    run = function(_, value)
      kept = value
      return value
    end,
  }
  local mine = { 1 }
  local given = call("spec.keep", mine)
  equal({ kept == mine, given == kept, given }, { false, false, { 1 } })
end)

it("the context knows the call and calls on", function()
  forager.func {
    name = "spec.outer",
    run = function(ctx)
      ctx:sleep "1ms"
      local inner = ctx:call("spec.any", 5)
      local step = ctx:step("a step", function()
        return { 7 }
      end)
      return { ctx.name, type(ctx.id), inner, step, ctx:random() < 1, math.abs(ctx:now() - forager.time.now()) < 60 }
    end,
  }
  equal(call "spec.outer", { "spec.outer", "string", { 1, 5 }, { 7 }, true, true })
end)

it('a last table with on = "colony" sends a call there, and any other is an argument', function()
  equal(call("spec.any", { on = "monday" }), { 1, { on = "monday" } })
  equal(call("spec.any", { on = "colony" }, 5), { 2, { on = "colony" }, 5 })
  contains(raises("bad_arguments", call, "spec.any", 1, { on = "coloni" }).message, "coloni")
  contains(raises("bad_arguments", call, "spec.any", { on = "colony", executr = "x" }).message, "'executor'")
  contains(raises("bad_arguments", call, "spec.any", { on = "colony", retries = -1 }).message, "'retries'")
  contains(raises("refused", call, "spec.any", 1, { on = "colony" }).message, "[colony]")
end)

it("an error passes through as it was", function()
  forager.func {
    name = "spec.fails",
    run = function()
      error { code = "mine", detail = { 7 } }
    end,
  }
  equal(raises("mine", call, "spec.fails").detail, { 7 })
  forager.func {
    name = "spec.broken",
    run = function()
      return {} + 1
    end,
  }
  local problem = raises("script", call, "spec.broken")
  contains(problem.message, "arithmetic")
  contains(problem.where, "functions_spec.lua:")
end)

it("a try has its time limit, and failed tries are repeated", function()
  local tries = 0
  forager.func {
    name = "spec.slow",
    timeout = "20ms",
    retries = 1,
    run = function(ctx)
      tries = tries + 1
      if tries == 1 then
        ctx:sleep "1h"
      end
      return tries
    end,
  }
  equal(call "spec.slow", 2)
end)

it("no more calls run at once than 'concurrency' says", function()
  local running, most = 0, 0
  forager.func {
    name = "spec.narrow",
    concurrency = 2,
    run = function(ctx)
      running = running + 1
      most = math.max(most, running)
      ctx:sleep "2ms"
      running = running - 1
    end,
  }
  local function one()
    call "spec.narrow"
  end
  forager.all(one, one, one, one, one)
  equal(most, 2)
end)

it("what is no data cannot be given or returned", function()
  raises("bad_arguments", call, "spec.any", print)
  forager.func {
    name = "spec.returns_function",
    run = function()
      return print
    end,
  }
  contains(select(2, pcall(call, "spec.returns_function")), "function")
end)

it("wrong declarations are refused, naming what is wrong", function()
  contains(refused { tiemout = "5s" }, "'timeout'")
  contains(refused { timeout = "soon" }, "duration")
  contains(refused { retries = -1 }, "retries")
  contains(refused { args = { { "a", "strnig" } } }, "'string'")
  contains(refused { args = { { type = "string" } } }, "name")
  contains(refused { args = { a = "string" } }, "list")
  contains(refused { args = { { "a", "string", defualt = 1 } } }, "'default'")
  contains(raises("bad_arguments", forager.func, { run = print }).message, "name")
  contains(raises("bad_arguments", forager.func, { name = "spec.refused" }).message, "run")
  contains(raises("bad_arguments", forager.func, "spec.refused").message, "table")
end)

it("what is declared twice, or has no source yet, is refused by name", function()
  forager.func { name = "spec.once", run = print }
  contains(select(2, pcall(forager.func, { name = "spec.once", run = print })), "spec.once")
  contains(raises("bad_arguments", forager.on, "nats:orders", print).message, "nats")
  raises("bad_arguments", forager.every, "0s", print)
  raises("bad_arguments", forager.every, "soon", print)
end)

it("a step's result is data: null stays null, a function is refused", function()
  forager.func {
    name = "spec.step",
    args = { { "bad", "boolean" } },
    run = function(ctx, bad)
      return ctx:step("one", function()
        return bad and print or forager.null
      end) == forager.null
    end,
  }
  spec.equal(forager.call("spec.step", false), true)
  spec.raises("bad_arguments", forager.call, "spec.step", true)
end)

it("a default has the type of its argument", function()
  local function declare(default)
    return pcall(
      forager.func,
      { name = "types.default", args = { { "n", "integer", default = default } }, run = print }
    )
  end
  contains(select(2, declare "x"), "the default of argument 'n' must be of type integer, but is string")
  equal(declare(4.0), true)
end)

it("two arguments of one name are refused", function()
  local declaration = { name = "types.twice", args = { { "v" }, { "v" } }, run = print }
  contains(raises("bad_arguments", forager.func, declaration).message, "argument 2 is called 'v'")
end)

it("a log line with the wrong arguments is the caller's mistake", function()
  local problem = raises("bad_arguments", function()
    forager.log("%d", "x")
  end)
  contains(problem.message, "log: argument 2")
  contains(problem.where, "functions_spec.lua:")
end)

it("an error of the script's own keeps what can be told of it", function()
  local function raised(problem)
    local name = "errors." .. tostring(problem):gsub("%W", "")
    forager.func {
      name = name,
      run = function()
        error(problem)
      end,
    }
    return select(2, pcall(forager.call, name))
  end
  local kept = raised { code = "cyc", n = 1, f = print }
  equal({ kept.code, kept.n, kept.f }, { "cyc", 1, "(function)" })
  equal(raised { code = "n", 1, 2 }.code, "n")
  equal(raised({ "no paper" }).message, "no paper")
  local spoken = setmetatable({}, {
    __tostring = function()
      return "spoken"
    end,
  })
  equal(raised(spoken).message, "spoken")
end)

spec.finish()
