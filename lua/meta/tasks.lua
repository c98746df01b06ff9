---@meta _

-- # Several things at once

-- What `spawn` and `every` give. A function that ends cancels the tasks that it leaves, and waits for their end; a
-- script waits for its own. A task that fails when nobody joined it fails its owner. Held in a `<close>` variable, a
-- task is cancelled at the end of its block.
---@class forager.Task
local Task = {}

-- Waits for the end of a task and gives its values, again when asked again; or raises its error (`cancelled` after
-- `cancel`).
---@return any ...
function Task:join() end

-- Asks a task to end. Nothing happens when it has ended.
function Task:cancel() end

-- How a task is.
---@return "waiting"|"sleeping"|"running"|"succeeded"|"failed"|"cancelled"
function Task:state() end

-- What `channel` gives.
---@class forager.Channel
local Channel = {}

-- Puts a value in; waits while the channel is full. Error: `refused` when it is closed.
---@param value any
function Channel:send(value) end

-- Waits for the next value; gives it and true. When the channel is closed and empty: nil and false.
---@return any value
---@return boolean more
function Channel:receive() end

-- Says that no more values come: receivers get what is left, then the end.
function Channel:close() end

-- The values, `for value in channel:values() do … end`; a nil comes as forager.null.
---@return fun(): any
function Channel:values() end
