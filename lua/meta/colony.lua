---@meta _

-- # The colony
-- A colony (ColonyOS), asked as one of its members, under `run` and `repl` as well as in the agent: with the key of the
-- configuration, or of the executor that a process is run for. Processes, workflows, crons and generators are named by
-- their ids, or by a table that has one. Errors of all: `refused` (no colony is set; the server says no), `unreachable`
-- and `timed_out` (the server cannot be asked now), `not_found`, `bad_arguments`, `limit`. Times are seconds since
-- 1970. A call that waits suspends its own task only.
-- More of it: docs/colony.md.

---@class forager.ColonySubmitOptions
---@field args? forager.Data[]  integers beyond 2^53 are refused: the server would round them
---@field kwargs? table<string, forager.Data>
---@field executor? string  the type of executor that it goes to; default "forager"
---@field executor_names? string[]  only executors of these names; default any of the type
---@field location? string  only executors at this place; default anywhere
---@field timeout? forager.Duration  of each run, in whole seconds, rounded up; default none
---@field max_wait? forager.Duration  until it runs, in whole seconds, rounded up; default none
---@field retries? integer  how often it is run again when `timeout` is over; default 0
---@field priority? integer  -50000 to 50000, higher goes first; default 0
---@field env? table<string, string|number>  the process's environment
---@field cpu? number|string  cores that an executor must have left: 0.5, "500m"
---@field memory? integer|string  bytes that it must have left, or text as "512MB"
---@field label? string  to list it by
---@field channels? string[]  that both sides may use while it runs; at most 100
---@field wait? boolean  wait for its end, and give what it gave
---@field detach? boolean  with `wait`: the process goes on when the waiting is cancelled; default it is cancelled, too

---@class forager.ColonyProcess
---@field id string
---@field state "waiting"|"running"|"succeeded"|"failed"|"cancelled"
---@field func string  the function's name
---@field args forager.Data[]
---@field kwargs table<string, forager.Data>
---@field output? any  one value, or a list of several
---@field errors? string[]
---@field executor string  the type of executor that it is for
---@field executor_id? string  whose it is or was
---@field initiator? string  who submitted it
---@field submitted? number
---@field started? number
---@field ended? number
---@field deadline? number  when it is taken from who runs it
---@field wait_deadline? number
---@field tries? integer  runs that were taken away
---@field attributes? table<string, string>
---@field workflow? string  the id of the workflow that it is in
---@field node? string  its name there
---@field after? string[]  the names of those it waits for
---@field parents? string[]  their ids
---@field children? string[]
---@field input any[]  what the parents gave
---@field executor_names? string[]
---@field location? string
---@field timeout? integer  seconds
---@field max_wait? integer  seconds
---@field retries? integer
---@field priority? integer
---@field label? string
---@field env? table<string, string>
---@field channels? string[]
---@field cpu? string
---@field memory? string

---@class forager.ColonyListOptions
---@field state? "waiting"|"running"|"succeeded"|"failed"|"cancelled"  default: waiting and running
---@field executor? string  those for this type of executor; one of `executor`, `initiator` and `label`
---@field initiator? string  those that this user submitted
---@field label? string
---@field count? integer  of each state, 1 to 100; default 100

---@class forager.ColonyLogOptions
---@field count? integer  entries of the log, each of one or more lines, 1 to 500; default 500
---@field since? number  seconds since 1970; only what is later
---@field latest? boolean  the last ones instead of the first

---@class forager.ColonyFollowOptions
---@field since? number  seconds since 1970; default: all

---@class forager.ColonyLine
---@field at number
---@field text string
---@field executor string  the name of who said it

---@class forager.colony
---@field workflows forager.colony.workflows  calls that the colony begins one after the other
---@field channels forager.colony.channels  messages between who submitted a process and who runs it
---@field crons forager.colony.crons  workflows by the calendar
---@field generators forager.colony.generators  workflows of what was packed
---@field executors forager.colony.executors  who does the colony's work
---@field blueprints forager.colony.blueprints  desired states that reconcilers see to
local colony = {}

-- Submits a call. Without `wait` it gives the process; with it, what the function gave: one value, a list of several,
-- or nil. Further errors with `wait`: `failed` (`errors`: what it said; `process`: its id), `cancelled`, `timed_out`
-- (also when a limit of the process passed). A server that goes away while it waits is waited for.
---@param name string  the function's full name
---@param options? forager.ColonySubmitOptions
---@return forager.ColonyProcess|any
function colony.submit(name, options) end

-- What a process gave, when it has ended; errors as of `submit` with `wait`. It goes on when the waiting is cancelled.
---@param process string|forager.ColonyProcess
---@return any
function colony.wait(process) end

-- What is known of a process.
---@param process string|forager.ColonyProcess
---@return forager.ColonyProcess
function colony.get(process) end

-- Cancels a process that waits or runs and is in no workflow; else `refused`.
---@param process string|forager.ColonyProcess
function colony.cancel(process) end

-- Processes: waiting ones by priority, running ones the oldest first, ended ones the newest first.
---@param options? forager.ColonyListOptions
---@return forager.ColonyProcess[]
function colony.list(options) end

-- The lines that a process has logged.
---@param process string|forager.ColonyProcess
---@param options? forager.ColonyLogOptions
---@return forager.ColonyLine[]
function colony.logs(process, options) end

-- What a process logs, until it has ended: `for line in colony.follow(process) do … end`.
---@param process string|forager.ColonyProcess
---@param options? forager.ColonyFollowOptions
---@return fun(): forager.ColonyLine?
function colony.follow(process, options) end

-- What was attached to a process.
---@param process string|forager.ColonyProcess
---@return table<string, string>
function colony.attributes(process) end

-- Attaches something to a process. For the function that the process runs, while it runs (its `ctx.id`), once for each
-- name; else `refused`.
---@param process string|forager.ColonyProcess
---@param name string
---@param value string|number
function colony.set_attribute(process, name, value) end

---@class forager.ColonyFunction
---@field name string
---@field executor string  the name of who offers it
---@field type string  of that executor
---@field doc? string
---@field location? string
---@field args {name: string, type: string, required: boolean, doc: string?}[]
---@field calls integer  that succeeded
---@field min_wait number  seconds
---@field max_wait number
---@field average_wait number
---@field min_time number
---@field max_time number
---@field average_time number

-- What the executors offer.
---@param executor? string  a name; default all
---@return forager.ColonyFunction[]
function colony.functions(executor) end

---@class forager.ColonyNumbers
---@field waiting integer
---@field running integer
---@field succeeded integer
---@field failed integer
---@field cancelled integer

---@class forager.ColonyStatistics
---@field executors integer
---@field active_executors integer
---@field removed_executors integer
---@field processes forager.ColonyNumbers
---@field workflows forager.ColonyNumbers

-- How many there are of everything.
---@return forager.ColonyStatistics
function colony.statistics() end
