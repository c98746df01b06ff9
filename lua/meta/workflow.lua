---@meta _

-- # Workflows

---@class forager.WorkflowOptions
---@field doc? string
---@field concurrency? integer  tasks and items at once; default 64

-- What :task gives. In `args`, `kwargs` and `foreach` it stands for the result of the task, and `handle.file` and
-- `handle[1]` for parts of it.
---@class forager.TaskHandle
---@field [string|integer] forager.TaskHandle

-- `{ "name", call = "family.name", args = { … } }` or `{ "name", run = function(ctx, …) … end }`. With `foreach` the
-- result is the list of the items' results, in order. A `run` function can be called by others, too, as WORKFLOW.NAME.
---@class forager.TaskOptions
---@field [1]? string  the name
---@field name? string  instead of [1]
---@field doc? string  for `forager functions`, with `run`
---@field call? string  the full name of a function; one of `call` and `run` is needed
---@field run? fun(ctx: forager.Context, ...): ...  gets the item with `foreach`, the results of `after`, then `args`
---@field after? string|forager.TaskHandle|(string|forager.TaskHandle)[]  what ends before it begins
---@field args? any[]  arguments; handles in them are results
---@field kwargs? table<string, any>  keyword arguments, for `call`
---@field retries? integer  more tries after a failure; default those of the function
---@field timeout? forager.Duration  of each try; default that of the function
---@field when? fun(ctx: forager.Context, ...): any  gets the results of `after`; false or nil skips the task
---@field foreach? any[]|forager.TaskHandle|fun(ctx: forager.Context, ...): any[]  one run for each item
---@field concurrency? integer  items at once, 1 or more; default 8
---@field on_failure? "fail"|"continue"  "continue": dependents run with nil in its place; default "fail"
---@field executor? string  in a colony: the type of executor that it goes to; default "forager"

---@class forager.Workflow
---@field name string
local Workflow = {}

-- Adds a task.
---@param options forager.TaskOptions
---@return forager.TaskHandle
function Workflow:task(options) end

---@class forager.CronOptions
---@field zone? string  an IANA time zone, as "Europe/Berlin"; default: the machine's
---@field missed? "once"|"skip"|"all"  what becomes of runs while the agent was down; default "once": one for all

-- Says when the agent starts it: five fields as in crontab(5), or @daily and the like. Without effect under `run`.
---@param expression string
---@param options? forager.CronOptions
---@return forager.Workflow self
function Workflow:cron(expression, options) end

-- Runs it here and now; gives the results by task name, or raises the first failure, with the field `task`.
---@return table<string, any>
function Workflow:run() end
