-- A colony, asked as one of its members: the key of the configuration, or of the executor that the function runs for.
local blueprints = require "forager.colony_blueprints"
local calls = require "forager.colony_calls"
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"
local schedules = require "forager.colony_schedules"

local colony = {
  workflows = require "forager.colony_workflows",
  channels = require "forager.colony_channels",
  crons = schedules.crons,
  generators = schedules.generators,
  executors = {},
  blueprints = blueprints,
}

local id_of = calls.id_of

local submit_options = calls.with_call_options { wait = "boolean", detach = "boolean" }
known.options("colony.submit", submit_options, 2)

-- The process, or with `wait` what the function gave. Who waits takes the process along when he is cancelled, unless it
-- is detached.
function colony.submit(name, given)
  options.argument("colony.submit", 1, name, "string")
  given = options.check("colony.submit", given or {}, submit_options)
  if given.detach ~= nil and not given.wait then
    failure.bad "colony.submit: 'detach' goes with 'wait': who does not wait takes nothing along"
  end
  local call = calls.call_of("colony.submit", given)
  if given.wait then
    return native.colony_run(name, call, given.detach or false)
  end
  return native.colony_submit(name, call)
end

-- What the function gave; what became of it otherwise is an error. The process goes on when the waiting is cancelled.
function colony.wait(process, ...)
  options.no_more("colony.wait", 1, ...)
  return native.colony_wait(id_of("colony.wait", process))
end

function colony.get(process, ...)
  options.no_more("colony.get", 1, ...)
  return native.colony_get(id_of("colony.get", process))
end

function colony.cancel(process, ...)
  options.no_more("colony.cancel", 1, ...)
  native.colony_cancel(id_of("colony.cancel", process))
end

local list_options = known.options("colony.list", {
  state = "string",
  executor = "string",
  initiator = "string",
  label = "string",
  count = "count",
}, 1)

function colony.list(given)
  return native.colony_list(options.check("colony.list", given or {}, list_options))
end

local log_options = known.options("colony.logs", { count = "count", since = "number", latest = "boolean" }, 2)

function colony.logs(process, given)
  local id = id_of("colony.logs", process)
  return native.colony_logs(id, options.check("colony.logs", given or {}, log_options))
end

local follow_options = known.options("colony.follow", { since = "number" }, 2)

-- for line in colony.follow(process) do … end: what it logs, until it has ended.
function colony.follow(process, given)
  local id = id_of("colony.follow", process)
  given = options.check("colony.follow", given or {}, follow_options)
  local since = math.floor((given.since or 0) * 1e9)
  local lines, at = {}, 0
  return function()
    at = at + 1
    if lines[at] == nil then
      lines, since = native.colony_next_lines(id, since)
      at = 1
    end
    return lines[at]
  end
end

function colony.attributes(process, ...)
  options.no_more("colony.attributes", 1, ...)
  return native.colony_get(id_of("colony.attributes", process)).attributes or {}
end

-- For the function that the process runs, once for each name.
function colony.set_attribute(process, name, value, ...)
  options.no_more("colony.set_attribute", 3, ...)
  local id = id_of("colony.set_attribute", process)
  options.argument("colony.set_attribute", 2, name, "string")
  options.argument("colony.set_attribute", 3, value, "string|number")
  native.colony_add_attribute(id, name, tostring(value))
end

function colony.executors.list(...)
  options.no_more("colony.executors.list", 0, ...)
  return native.colony_list_executors()
end

-- By its name.
function colony.executors.get(name, ...)
  options.no_more("colony.executors.get", 1, ...)
  options.argument("colony.executors.get", 1, name, "string")
  return native.colony_get_executor(name)
end

-- What the colony's executors offer, or one of them.
function colony.functions(executor, ...)
  options.no_more("colony.functions", 1, ...)
  if executor ~= nil then
    options.argument("colony.functions", 1, executor, "string")
  end
  return native.colony_list_functions(executor or "")
end

function colony.statistics(...)
  options.no_more("colony.statistics", 0, ...)
  return native.colony_statistics()
end

known.arguments("colony.submit", "string")
known.arguments("colony.wait", "string|table")
known.arguments("colony.get", "string|table")
known.arguments("colony.cancel", "string|table")
known.arguments("colony.logs", "string|table")
known.arguments("colony.follow", "string|table")
known.arguments("colony.attributes", "string|table")
known.arguments("colony.set_attribute", "string|table", "string", "string|number")

return colony
