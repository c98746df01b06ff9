---@meta _

-- # The colony: workflows, channels, schedules, executors
-- Errors as of the colony. Crons and generators are found by their names or ids.

-- { "report", call = "media.report", after = "picture" }
---@class forager.ColonyTask: forager.ColonySubmitOptions  without `wait` and `detach`
---@field [1] string  its name
---@field call string  the function's full name
---@field after? string|string[]  the tasks that must have succeeded; what they gave are its arguments when it has none

---@class forager.ColonyWorkflow
---@field id string
---@field state "waiting"|"running"|"succeeded"|"failed"|"cancelled"
---@field initiator? string
---@field submitted? number
---@field started? number
---@field ended? number
---@field processes string[]  ids
---@field roots string[]  ids of those that wait for none
---@field tasks? forager.ColonyProcess[]  of `get`

---@class forager.ColonyWorkflowOptions
---@field wait? boolean  wait for its end, and give what its tasks gave
---@field detach? boolean  with `wait`: it goes on when the waiting is cancelled; default it is cancelled, too

---@class forager.ColonyWorkflowListOptions
---@field state? "waiting"|"running"|"succeeded"|"failed"|"cancelled"  default: waiting and running
---@field count? integer  of each state, 1 to 100; default 100

---@class forager.colony.workflows
local workflows = {}

-- Submits calls that depend on each other. Gives the workflow; with `wait` what the tasks gave, by their names. The
-- error of a task that fails has its name as `task`.
---@param tasks forager.ColonyTask[]
---@param options? forager.ColonyWorkflowOptions
---@return forager.ColonyWorkflow|table<string, any>
function workflows.submit(tasks, options) end

-- What the tasks of a workflow gave, when it has ended. It goes on when the waiting is cancelled.
---@param workflow string|forager.ColonyWorkflow
---@return table<string, any>
function workflows.wait(workflow) end

-- A workflow with its processes, as `tasks`.
---@param workflow string|forager.ColonyWorkflow
---@return forager.ColonyWorkflow
function workflows.get(workflow) end

-- Cancels a workflow.
---@param workflow string|forager.ColonyWorkflow
function workflows.cancel(workflow) end

-- Workflows, the newest first.
---@param options? forager.ColonyWorkflowListOptions
---@return forager.ColonyWorkflow[]
function workflows.list(options) end

---@class forager.ColonyEntry
---@field text string  bytes
---@field type string  "data"; "end": the sender says that no more comes
---@field sequence integer  the sender's number
---@field reply_to? integer  a sequence of the other side's
---@field sender string  an id
---@field mine boolean  this member said it
---@field at? number
---@field error? string

---@class forager.ColonyAppendOptions
---@field reply_to? integer
---@field type? string

---@class forager.ColonyReadOptions
---@field after? integer  how many entries have been read already; default 0
---@field count? integer  at most so many, 1 to 500; default 500

---@class forager.ColonyEntriesOptions
---@field after? integer  how many entries have been read already; default 0
---@field mine? boolean  also what this member says; needed where both sides are the same executor; default false

-- A channel lives in the memory of one server: it ends with its process, and a server that starts again has forgotten
-- it. Who submitted the process may use those that it declared, and the executor that runs it. Sides are told apart by
-- who signs: where a process is submitted by the executor that also runs it, everything on it is `mine`.
---@class forager.colony.channels
local channels = {}

-- Says something on a channel: strings as they are, other data as JSON; 10 MB at most (`limit`). Gives the entry's
-- sequence.
---@param process string|forager.ColonyProcess
---@param channel string
---@param message forager.Data
---@param options? forager.ColonyAppendOptions
---@return integer
function channels.append(process, channel, message, options) end

-- Says that no more comes from this side, by an entry of the type "end".
---@param process string|forager.ColonyProcess
---@param channel string
function channels.close(process, channel) end

-- What was said on a channel, by both sides.
---@param process string|forager.ColonyProcess
---@param channel string
---@param options? forager.ColonyReadOptions
---@return forager.ColonyEntry[]
function channels.read(process, channel, options) end

-- What the other side says, until it says "end" or the process has ended:
-- `for entry in channels.follow(process, channel) do … end`.
---@param process string|forager.ColonyProcess
---@param channel string
---@param options? forager.ColonyEntriesOptions
---@return fun(): forager.ColonyEntry?
function channels.follow(process, channel, options) end

---@class forager.ColonyCronOptions
---@field name string  once in a colony
---@field cron? string  five fields, or six with the second first; in the server's time zone
---@field every? forager.Duration  instead of `cron`: whole seconds, rounded up
---@field after_last? boolean  a run waits for the end of the last one
---@field random? boolean
---@field tasks forager.ColonyTask[]

---@class forager.ColonyCron
---@field id string
---@field name string
---@field cron? string
---@field every? integer  seconds
---@field after_last boolean
---@field random boolean
---@field tasks forager.ColonyProcess[]  as they will be submitted
---@field next_run? number
---@field last_run? number
---@field last_workflow? string  an id
---@field initiator? string

---@class forager.colony.crons
local crons = {}

-- Lets a workflow run by the calendar, or every so often.
---@param options forager.ColonyCronOptions
---@return forager.ColonyCron
function crons.add(options) end

-- All crons.
---@return forager.ColonyCron[]  at most 1000
function crons.list() end

-- One of them.
---@param cron string|forager.ColonyCron
---@return forager.ColonyCron
function crons.get(cron) end

-- Runs one once more, now.
---@param cron string|forager.ColonyCron
---@return forager.ColonyCron
function crons.run(cron) end

-- Removes one.
---@param cron string|forager.ColonyCron
function crons.remove(cron) end

---@class forager.ColonyGeneratorOptions
---@field name string
---@field trigger integer  so many packed texts make a run
---@field timeout? forager.Duration  fewer do after this; whole seconds, rounded up; default never
---@field tasks forager.ColonyTask[]  those that wait for none get the packed texts as arguments

---@class forager.ColonyGenerator
---@field id string
---@field name string
---@field trigger integer
---@field timeout? integer  seconds
---@field queued integer  texts that were packed since; only of `get`
---@field tasks forager.ColonyProcess[]
---@field first_pack? number
---@field last_run? number
---@field initiator? string

---@class forager.colony.generators
local generators = {}

-- Lets a workflow run with what is packed.
---@param options forager.ColonyGeneratorOptions
---@return forager.ColonyGenerator
function generators.add(options) end

-- All generators.
---@return forager.ColonyGenerator[]  at most 1000
function generators.list() end

-- One of them.
---@param generator string|forager.ColonyGenerator
---@return forager.ColonyGenerator
function generators.get(generator) end

-- Packs a text more for one.
---@param generator string|forager.ColonyGenerator
---@param text string
function generators.pack(generator, text) end

-- Removes one.
---@param generator string|forager.ColonyGenerator
function generators.remove(generator) end

---@class forager.ColonyExecutor
---@field id string
---@field name string
---@field type string
---@field state "pending"|"approved"|"rejected"|"removed"
---@field location? string
---@field registered? number
---@field last_heard? number  when it last asked for work
---@field hardware table[]  `model`, `cores`, `cpu`, `memory`, `storage`, `platform`, `architecture`, `network`, `gpu`
---@field software table[]  `name`, `type`, `version`

---@class forager.colony.executors
local executors = {}

-- Who does the colony's work; those that wait for approval, were rejected or removed, too.
---@return forager.ColonyExecutor[]
function executors.list() end

-- One of them.
---@param name string
---@return forager.ColonyExecutor
function executors.get(name) end
