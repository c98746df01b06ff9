---@meta _

-- # Work that is kept
-- The agent's own queue. Only under the agent; elsewhere the error is `refused`.
-- More of it: docs/agent.md.

---@class forager.QueueSubmitOptions
---@field args? forager.Data[]
---@field kwargs? table<string, forager.Data>
---@field label? string  what displays show of it beside its function
---@field priority? integer  higher goes first; default 0
---@field key? string  of those with the same one, one runs at a time, in their order
---@field idempotency_key? string  accepted once, as long as its record is kept
---@field delay? forager.Duration  it waits until then
---@field timeout? forager.Duration  of each try; default the function's
---@field retries? integer  more tries after a failure; default the function's

-- An invocation that was submitted.
---@class forager.QueueRecord
---@field id string
---@field func string
---@field state "waiting"|"running"|"sleeping"|"succeeded"|"failed"|"cancelled"
---@field note string  why: until when it sleeps, the failure's sentence; may be empty
---@field source string  who asked for it
---@field key string  may be empty
---@field tries integer  that have failed
---@field submitted? number  seconds since 1970
---@field not_before? number
---@field started? number
---@field ended? number  nil: it has not
---@field output? forager.Data  of one that has succeeded
---@field error? table  of one that has not: `code`, `message` and what belongs to it

---@class forager.queue
local queue = {}

-- Hands in a call, and gives its id. It is done whatever happens to the agent. Errors: `not_found` (the function),
-- `bad_arguments`, `limit` (the queue is full, the arguments are too large), `refused`.
---@param name string
---@param options? forager.QueueSubmitOptions
---@return string
function queue.submit(name, options) end

-- What is known of an invocation; nil when nothing is, or not any more.
---@param id string
---@return forager.QueueRecord?
function queue.get(id) end

-- Ends work that waits, and asks work to end that runs. Gives whether there was one to end.
---@param id string
---@return boolean
function queue.cancel(id) end

-- Sends a signal to a durable function, where `ctx:wait(EVENT)` gives the value. Errors: `not_found`, `refused` (it has
-- ended, or is not durable).
---@param id string
---@param event string
---@param value? forager.Data
function queue.signal(id, event, value) end
