-- forager.colony.crons and .generators: what submits workflows by itself.
local calls = require "forager.colony_calls"
local known = require "forager.known"
local options = require "forager.options"

local schedules = { crons = {}, generators = {} }

local crons, generators, id_of = schedules.crons, schedules.generators, calls.id_of

local cron_options = known.options("colony.crons.add", {
  name = "string",
  cron = "string",
  every = "duration",
  after_last = "boolean",
  random = "boolean",
  tasks = "table",
}, 1)

function crons.add(given)
  local what = "colony.crons.add"
  options.check(what, given, cron_options)
  local tasks = calls.tasks(what, given.tasks or {})
  given =
    { name = given.name, cron = given.cron, every = given.every, after_last = given.after_last, random = given.random }
  return native.colony_add_cron(given, tasks)
end

function crons.list(...)
  options.no_more("colony.crons.list", 0, ...)
  return native.colony_list_crons()
end

-- By its name or id.
function crons.get(cron, ...)
  options.no_more("colony.crons.get", 1, ...)
  return native.colony_get_cron(id_of("colony.crons.get", cron))
end

function crons.run(cron, ...)
  options.no_more("colony.crons.run", 1, ...)
  return native.colony_run_cron(id_of("colony.crons.run", cron))
end

function crons.remove(cron, ...)
  options.no_more("colony.crons.remove", 1, ...)
  native.colony_remove_cron(id_of("colony.crons.remove", cron))
end

local generator_options = known.options("colony.generators.add", {
  name = "string",
  trigger = "count",
  timeout = "duration",
  tasks = "table",
}, 1)

function generators.add(given)
  local what = "colony.generators.add"
  options.check(what, given, generator_options)
  local tasks = calls.tasks(what, given.tasks or {})
  return native.colony_add_generator({ name = given.name, trigger = given.trigger, timeout = given.timeout }, tasks)
end

function generators.list(...)
  options.no_more("colony.generators.list", 0, ...)
  return native.colony_list_generators()
end

-- By its name or id.
function generators.get(generator, ...)
  options.no_more("colony.generators.get", 1, ...)
  return native.colony_get_generator(id_of("colony.generators.get", generator))
end

-- A text more; when there are as many as its trigger says, it submits its workflow with them.
function generators.pack(generator, text, ...)
  options.no_more("colony.generators.pack", 2, ...)
  options.argument("colony.generators.pack", 2, text, "string")
  native.colony_pack(id_of("colony.generators.pack", generator), text)
end

function generators.remove(generator, ...)
  options.no_more("colony.generators.remove", 1, ...)
  native.colony_remove_generator(id_of("colony.generators.remove", generator))
end

return schedules
