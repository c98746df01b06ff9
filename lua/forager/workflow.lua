-- Workflows: tasks, what they come after, and how the results of some become the arguments of others.
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

local workflow = {}

---@class forager.Workflow
local Workflow = known.object "workflow"
Workflow.__index = Workflow

-- A task of a workflow. Used as an argument it stands for the task's result; `handle.file` and `handle[1]` for a part
-- of it.
local Handle = { __name = "workflow task" }

-- What a handle refers to: the workflow, the task's name, and the path into its result.
local referred = setmetatable({}, { __mode = "k" })

local function new_handle(target)
  local handle = setmetatable({}, Handle)
  referred[handle] = target
  return handle
end

function Handle:__index(key)
  local target = referred[self]
  if type(key) ~= "string" and math.type(key) ~= "integer" then
    failure.bad("a part of a task's result is named by a string or a position, not by a %s", type(key))
  end
  local path = table.move(target.path, 1, #target.path, 1, {})
  path[#path + 1] = key
  return new_handle { workflow = target.workflow, task = target.task, item = target.item, path = path }
end

function Handle:__newindex()
  failure.bad "a task handle cannot be changed"
end

function Handle:__tostring()
  local target = referred[self]
  return target.item and "the current item" or ("task '%s'"):format(target.task)
end

-- The current item of a `foreach` task, as an argument.
workflow.item = new_handle { item = true, path = {} }

local function is_handle(value)
  return getmetatable(value) == Handle
end

-- Replaces the handles in a value by the references that the agent resolves when the task starts.
local function template(value, depth)
  if type(value) ~= "table" or depth > 100 then
    return value
  end
  if is_handle(value) then
    local target = referred[value]
    local path = native.list {}
    if not target.item then
      path[1] = target.task
    end
    table.move(target.path, 1, #target.path, #path + 1, path)
    return { [target.item and "$item" or "$result"] = path }
  end
  local copy = setmetatable({}, getmetatable(value))
  for key, item in pairs(value) do
    copy[key] = template(item, depth + 1)
  end
  return copy
end

-- What the agent keeps of a value in a declaration.
local function kept(what, value)
  return value ~= nil and options.data(what, template(value, 0)) or nil
end

local function kept_list(what, value)
  return kept(what, options.list(what, value, failure.declare))
end

local function kept_names(what, value)
  return kept(what, options.names(what, value, failure.declare))
end

-- Arguments are told apart before any task has a result.
local function no_result(what, value)
  if is_handle(value) then
    failure.declare("%s is a table of its own, not a task's result: write { … } around it", what)
  end
  return value
end

local task_options = known.options("task", {
  name = "string",
  doc = "string",
  call = "callee",
  run = "handler",
  after = "table|string",
  args = "table",
  kwargs = "table",
  retries = "count",
  timeout = "duration",
  when = "handler",
  foreach = "table|handler",
  concurrency = "count",
  on_failure = "string",
  executor = "string",
}, 1)
local workflow_options = known.options("workflow", { doc = "string", concurrency = "count" }, 2)
local cron_options = known.options("workflow.cron", { zone = "string", missed = "string" }, 2)
local missed_policies = { once = true, skip = true, all = true }
known.gives("workflow", "workflow")

local function after_names(self, what, after)
  local names = native.list {}
  if type(after) == "string" or is_handle(after) then
    after = { after }
  end
  for _, entry in ipairs(after or {}) do
    local target = is_handle(entry) and referred[entry]
    if target and target.workflow ~= self then
      failure.declare("%s: 'after' has a task of another workflow", what)
    end
    local name = target and target.task or entry
    if type(name) ~= "string" then
      failure.declare("%s: 'after' takes tasks and their names, not a %s", what, type(name))
    end
    names[#names + 1] = name
  end
  return names
end

local function check_task(self, given)
  options.check("task", given, task_options, 1, failure.declare)
  local name = given[1] or given.name
  if type(name) ~= "string" then
    failure.declare([[a task of workflow '%s' needs a name, as in :task { "dump", call = "…" }]], self.name)
  end
  local what = ("task '%s'"):format(name)
  if (given.call == nil) == (given.run == nil) then
    failure.declare("%s needs one of 'call' (a function's name) and 'run' (a function)", what)
  end
  if given.on_failure and given.on_failure ~= "continue" and given.on_failure ~= "fail" then
    failure.declare([[%s: on_failure is "fail" (the default) or "continue", not "%s"]], what, given.on_failure)
  end
  if given.concurrency == 0 then
    failure.declare("%s: concurrency must be 1 or more", what)
  end
  if given.executor == "" then
    failure.declare([[%s: executor is the type of an executor of the colony, as in executor = "gpu"]], what)
  end
  return name, what
end

-- A list, or the handle of a task that gives one.
local function foreach_data(what, foreach)
  if type(foreach) == "function" then
    return nil
  end
  return is_handle(foreach) and kept(what, foreach) or kept_list(what, foreach)
end

-- Adds a task and gives its handle.
function Workflow:task(given)
  local name, what = check_task(self, given)
  local foreach = given.foreach
  native.workflow_task(self.name, {
    name = name,
    doc = given.doc,
    call = given.call,
    after = after_names(self, what, given.after),
    args = kept_list(what .. ": args", no_result(what .. ": args", given.args)),
    kwargs = kept_names(what .. ": kwargs", no_result(what .. ": kwargs", given.kwargs)),
    retries = given.retries,
    timeout = given.timeout,
    go_on = given.on_failure == "continue",
    concurrency = given.concurrency,
    executor = given.executor,
    foreach = foreach_data(what .. ": foreach", given.foreach),
  }, given.run or false, given.when or false, type(foreach) == "function" and foreach or false)
  return new_handle { workflow = self, task = name, path = {} }
end

-- When the agent starts it: five fields as in crontab(5), or @daily and the like.
function Workflow:cron(expression, given)
  options.argument("cron", 1, expression, "string", failure.declare)
  given = options.check("cron", given or {}, cron_options, 0, failure.declare)
  if given.missed and not missed_policies[given.missed] then
    failure.declare([[cron: missed is "once", "skip" or "all", not "%s"]], given.missed)
  end
  native.declare_cron(self.name, expression, given)
  return self
end

-- Runs it here and now; gives the results by task name, or raises the failure of the first task that failed.
function Workflow:run()
  return native.workflow_run(self.name)
end

function workflow.new(name, given)
  options.argument("workflow", 1, name, "string", failure.declare)
  given = options.check("workflow", given or {}, workflow_options, 0, failure.declare)
  native.workflow_new(name, { doc = given.doc, concurrency = given.concurrency })
  return setmetatable({ name = name }, Workflow)
end

function workflow.is_workflow(value)
  return getmetatable(value) == Workflow
end

-- Runs the workflow that a script returns.
function workflow.run_as_result(returned)
  native.workflow_returned(returned.name)
  if native.runs or native.checks then
    return native.workflow_run(returned.name)
  end
end

return workflow
