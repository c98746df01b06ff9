-- Reconcilers, without an agent and without a peer.
local forager = require "forager"
local spec = require "spec"
local it, equal, raises, contains = spec.it, spec.equal, spec.raises, spec.contains

-- A world of things by name that a reconciler of this kind keeps; faults come in by `break_next`.
local things, calls, broken = {}, {}, {}

local function called(what)
  calls[#calls + 1] = what
  local problem = broken[what]
  broken[what] = nil
  if problem then
    error(problem)
  end
end

local keeper = forager.reconciler {
  kind = "Thing",
  doc = "Keeps things.",
  schema = {
    required = { "size" },
    additionalProperties = false,
    properties = {
      size = { type = "integer", minimum = 0 },
      colour = { type = "string", enum = { "red", "blue" }, default = "red" },
      parts = { type = "array", items = { type = "string" } },
    },
  },
  actual = function(_, desired)
    called "actual"
    return things[desired.name]
  end,
  apply = function(_, desired, actual)
    called "apply"
    things[desired.name] = { size = desired.size, colour = desired.colour, parts = desired.parts }
    return { replaced = actual ~= nil }
  end,
  delete = function(_, desired, actual)
    called "delete"
    things[desired.name] = nil
    return { was_there = actual ~= nil }
  end,
}

local function thing(size, more)
  local document = { kind = "Thing", metadata = { name = "one" }, spec = { size = size } }
  for name, value in pairs(more or {}) do
    document.spec[name] = value
  end
  return document
end

local function fresh()
  things, calls, broken = {}, {}, {}
end

it("what is missing is made, what is as it should be is left alone, what differs is changed", function()
  fresh()
  local first = keeper:reconcile(thing(1))
  equal({ first.action, first.reason }, { "applied", "there is nothing yet" })
  equal(first.status, { phase = "Running", message = "", replaced = false })
  equal(first.actual == nil, true)
  local second = keeper:reconcile(thing(1))
  equal({ second.action, second.actual, second.status.phase }, { "none", { size = 1, colour = "red" }, "Running" })
  local third = keeper:reconcile(thing(2))
  equal({ third.action, third.reason, third.status.replaced }, { "applied", "spec.size differs", true })
  equal(calls, { "actual", "apply", "actual", "actual", "apply" })
end)

it("a deleted document is cleaned up, also where there is nothing any more", function()
  fresh()
  keeper:reconcile(thing(1))
  local gone = keeper:delete(thing(1))
  equal({ gone.action, gone.status }, { "deleted", { phase = "Deleted", message = "", was_there = true } })
  equal(keeper:delete(thing(1)).status.was_there, false)
  equal(next(things), nil)
end)

it("without a delete there is nothing to clean up", function()
  local looked = false
  local plain = forager.reconciler {
    kind = "Plain",
    actual = function()
      looked = true
    end,
    apply = print,
  }
  equal(plain:delete({ kind = "Plain", metadata = { name = "x" } }).action, "deleted")
  equal(looked, false)
end)

it("a document is read by its name, its generation and the members of its spec", function()
  local seen
  local reader = forager.reconciler {
    kind = "Read",
    actual = function(_, desired)
      seen = {
        desired.name,
        desired.generation,
        desired.size,
        desired.spec.name,
        desired.kind,
        desired.metadata.name,
        desired.none == nil,
        desired.missing == nil,
      }
    end,
    apply = function() end,
  }
  local document = {
    kind = "Read",
    metadata = { name = "site", generation = 7 },
    spec = { size = 3, name = "another", kind = "hidden", none = forager.null },
  }
  equal(reader:reconcile(document).action, "applied")
  equal(seen, { "site", 7, 3, "another", "Read", "site", true, true })
  reader:reconcile { kind = "Read", metadata = { name = "site" } }
  equal(seen[2], 1)
end)

it("the actual state is compared with the spec as data", function()
  local found
  local comparing = forager.reconciler {
    kind = "Compared",
    actual = function()
      return found
    end,
    apply = function() end,
  }
  local function reason(actual, wanted)
    found = actual
    return comparing:reconcile({ kind = "Compared", metadata = { name = "x" }, spec = wanted }).reason
  end
  local same = "it is as the spec says"
  equal(reason({ a = 1.0, b = { "x", { y = true } } }, { a = 1, b = { "x", { y = true } } }), same)
  equal(reason({ a = 1 }, { a = 1, b = forager.null }), same)
  equal(reason({}, {}), same)
  equal(reason({ list = {} }, { list = forager.json.array {} }), same)
  equal(reason({ b = { "x", "y" } }, { b = { "x" } }), "spec.b[1] differs")
  equal(reason({ b = { "x" } }, { b = { "x", { y = 1 } } }), "spec.b[1] differs")
  equal(reason({ a = { b = { c = 1 } } }, { a = { b = { c = "1" } } }), "spec.a.b.c differs")
  equal(reason({ a = 1, more = 2 }, { a = 1 }), "spec.more differs")
  equal(reason(true, {}), "it is not as the spec says")
  equal(reason(forager.null, {}), "there is nothing yet")
end)

it("a document that is wrong is refused with its place, and defaults are filled in", function()
  fresh()
  local function refused(document)
    return raises("bad_arguments", keeper.reconcile, keeper, document)
  end
  local problem = refused(thing "big")
  contains(problem.message, "spec.size")
  equal(problem.field, "spec.size")
  contains(refused(thing(1, { colour = "green" })).message, "spec.colour")
  contains(refused(thing(1, { color = "red" })).message, "colour")
  contains(refused(thing(-1)).message, "spec.size")
  contains(refused({ kind = "Thing", metadata = { name = "x" } }).message, "spec.size")
  contains(refused({ kind = "Thing", spec = { size = 1 } }).message, "metadata")
  contains(refused({ kind = "Think", metadata = { name = "x" }, spec = { size = 1 } }).message, "Think")
  contains(refused({ kind = "Thing", metadata = { name = "x" }, spec = { 1 } }).message, "spec")
  raises("bad_arguments", keeper.reconcile, keeper, "one")
  raises("bad_arguments", keeper.reconcile, keeper, thing(1, { size = print }))
  equal(calls, {})
  local mine = thing(1, { parts = {} })
  keeper:reconcile(mine)
  equal(things.one, { size = 1, colour = "red", parts = forager.json.array {} })
  equal(mine.spec.colour == nil, true)
end)

it("an error makes it Degraded with its message, and the next pass heals", function()
  fresh()
  broken.apply = { code = "unreachable", message = "no engine", engine = 5 }
  local failed = keeper:reconcile(thing(1))
  equal({ failed.action, failed.status }, { "failed", { phase = "Degraded", message = "no engine" } })
  equal({ failed.error.code, failed.error.engine }, { "unreachable", 5 })
  broken.actual = "a plain text"
  contains(keeper:reconcile(thing(1)).status.message, "a plain text")
  equal(keeper:reconcile(thing(1)).action, "applied")
  broken.delete = "not now"
  equal(keeper:delete(thing(1)).action, "failed")
  equal(things.one.size, 1)
  equal(keeper:delete(thing(1)).action, "deleted")
end)

it("stand-ins take the place of a reconciler's functions for one pass", function()
  fresh()
  local applied
  local done = keeper:reconcile(thing(1), {
    actual = function()
      return { size = 9 }
    end,
    apply = function(ctx, desired, actual)
      applied = { ctx.name, desired.size, actual.size }
    end,
  })
  equal({ done.action, applied, calls }, { "applied", { "reconciler.Thing", 1, 9 }, {} })
  contains(raises("bad_arguments", keeper.reconcile, keeper, thing(1), { aktual = print }).message, "'actual'")
  contains(raises("bad_arguments", keeper.reconcile, thing(1)).message, "colon")
end)

it("a pass has its time limit", function()
  local slow = forager.reconciler {
    kind = "Slow",
    timeout = "20ms",
    actual = function(ctx)
      ctx:sleep "1h"
    end,
    apply = print,
  }
  local done = slow:reconcile { kind = "Slow", metadata = { name = "x" } }
  equal({ done.action, done.error.code, done.status.phase }, { "failed", "timed_out", "Degraded" })
end)

it("what apply gives is the status, and nothing else can be", function()
  local given
  local telling = forager.reconciler {
    kind = "Told",
    actual = function() end,
    apply = function()
      return given
    end,
  }
  local function status(value)
    given = value
    return telling:reconcile({ kind = "Told", metadata = { name = "x" } }).status
  end
  equal(status { phase = "Pending", message = "soon", ready = 1 }, { phase = "Pending", message = "soon", ready = 1 })
  equal(status { ready = 0 }, { phase = "Running", message = "", ready = 0 })
  contains(status("done").message, "apply gives nothing, or a table")
  contains(status({ phase = 5 }).message, "'phase' is a string")
  contains(status({ at = print }).message, "function")
end)

it("a pass ends when its caller is cancelled", function()
  local begun = false
  local waiting = forager.reconciler {
    kind = "Waiting",
    actual = function(ctx)
      begun = true
      ctx:sleep "1h"
    end,
    apply = print,
  }
  local task = forager.spawn(function()
    waiting:reconcile { kind = "Waiting", metadata = { name = "x" } }
    error "it went on"
  end)
  for _ = 1, 1000 do
    forager.sleep "1ms"
    if begun then
      break
    end
  end
  equal(begun, true)
  task:cancel()
  raises("cancelled", task.join, task)
end)

-- What went wrong when a declaration was refused.
local function refused(given)
  given.kind = given.kind == nil and "Refused" or given.kind or nil
  given.actual = given.actual == nil and print or given.actual or nil
  given.apply = given.apply == nil and print or given.apply or nil
  return raises("bad_arguments", forager.reconciler, given).message
end

it("wrong declarations are refused, naming what is wrong", function()
  contains(refused { aply = print }, "'apply'")
  contains(refused { kind = false }, "kind")
  contains(refused { kind = "two words" }, "one word")
  contains(refused { kind = "ExecutorDeployment" }, "built in")
  contains(refused { kind = "Thing" }, "reconciler_spec.lua:")
  contains(refused { actual = false }, "'actual'")
  contains(refused { apply = false }, "'apply'")
  contains(refused { delete = "x" }, "delete")
  contains(refused { every = "soon" }, "duration")
  contains(refused { every = 0 }, "longer than 0")
  contains(refused { timeout = "0s" }, "longer than 0")
  contains(refused { schema = { type = "steam" } }, "Refused")
  contains(refused { schema = { default = print } }, "schema")
  contains(raises("bad_arguments", forager.reconciler, "Thing").message, "table")
end)

it("what is watched is an event, a list of them, or an event and what it is about", function()
  contains(refused { kind = "W1", watch = 5 }, "watch")
  contains(refused { kind = "W2", watch = { "docker:die", 5 } }, "watch[2]")
  contains(refused { kind = "W3", watch = "docker:died" }, "'died'")
  contains(refused { kind = "W4", watch = { "docker:die", lables = {} } }, "'labels'")
  contains(refused { kind = "W5", watch = { { "docker:die", "name" } } }, "function")
  contains(refused { kind = "W6", watch = { {} } }, "string")
  for kind, watch in pairs {
    One = "docker:die",
    Two = { "docker:die", "file:/var/spool/in/*" },
    Three = { "docker:die", print },
    Four = { "docker:die", labels = { team = "a" } },
    Five = { "redis:sites.*", { "docker:die", print, name = "web-*" } },
    Six = {},
  } do
    equal(forager.reconciler({ kind = kind, watch = watch, actual = print, apply = print }).kind, kind)
  end
  forager.on("docker:die", print) -- the same event is still free for the script itself
end)

spec.finish()
