---@meta _

-- Tasks and what they say to each other. Held in a `<close>` variable, a task is cancelled at the end of its block.

---@class forager.Task
local Task = {}

-- Waits for its end and gives its values, again when asked again; or raises its error (`cancelled` after `cancel`).
---@return any ...
function Task:join() end

-- Asks it to end. Nothing happens when it has ended.
function Task:cancel() end

---@return "waiting"|"sleeping"|"running"|"succeeded"|"failed"|"cancelled"
function Task:state() end

---@class forager.Channel
local Channel = {}

-- Waits while the channel is full. Error: `refused` when it is closed.
---@param value any
function Channel:send(value) end

-- Waits for the next value; gives it and true. When the channel is closed and empty: nil and false.
---@return any value
---@return boolean more
function Channel:receive() end

-- No more values: receivers get what is left, then the end.
function Channel:close() end

-- for value in channel:values() do … end; a nil comes as forager.null.
---@return fun(): any
function Channel:values() end
