-- Calls in a colony as scripts write them: their options, tasks of workflows, and what has an id.
local copy = require "forager.data"
local failure = require "forager.failure"
local options = require "forager.options"
local unix = require "forager.unix"

local calls = {}

-- What can be said of any call, and `more`.
function calls.with_call_options(more)
  local spec = {
    args = "table",
    kwargs = "table",
    executor = "string",
    executor_names = "table",
    location = "string",
    timeout = "duration",
    max_wait = "duration",
    retries = "count",
    priority = "integer",
    env = "table",
    cpu = "number|string",
    memory = "integer|string",
  }
  for name, types in pairs(more) do
    spec[name] = types
  end
  return spec
end

-- The options of a call, as they travel.
function calls.call_of(what, given)
  return {
    args = copy(options.list(what .. ": args", given.args), what .. ": args"),
    kwargs = copy(options.names(what .. ": kwargs", given.kwargs), what .. ": kwargs"),
    executor = given.executor,
    executor_names = options.list(what .. ": executor_names", given.executor_names),
    location = given.location,
    timeout = given.timeout,
    max_wait = given.max_wait,
    retries = given.retries,
    priority = given.priority,
    env = unix.environment(what, given.env),
    cpu = given.cpu,
    memory = given.memory,
  }
end

-- An id, or a table that has one, as a process that was submitted.
function calls.id_of(what, value)
  local id = value
  if type(value) == "table" then
    id = value.id
  end
  if type(id) ~= "string" or id == "" then
    failure.bad("%s: argument 1 must be an id, or what has one as 'id', not %s", what, type(value))
  end
  return id
end

local task_options = calls.with_call_options { call = "string", after = "string|table", label = "string" }

-- { "name", call = "function", after = { "other" }, … }
local function task_of(what, given)
  options.check(what, given, task_options, 1)
  local task = calls.call_of(what, given)
  if type(given[1]) ~= "string" or not given.call then
    failure.bad([[%s needs a name and a function: { "name", call = "function", … }]], what)
  end
  task.node, task.call, task.label = given[1], given.call, given.label
  local after = given.after
  if type(after) == "string" then
    after = { after }
  end
  task.after = options.list(what .. ": after", after)
  return task
end

function calls.tasks(what, given)
  local tasks = native.list {}
  for position, task in ipairs(options.list(what, given)) do
    tasks[position] = task_of(("%s: task %d"):format(what, position), task)
  end
  return tasks
end

return calls
