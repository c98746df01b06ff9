-- Several things at once: tasks, their groups, and what they say to each other. A task belongs to the function that
-- spawned it; whoever starts tasks here ends them, and waits for their end, before it returns.
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

local tasks = {}

---@class forager.Task
local Task = known.object("task", false, "task:join() gives its result")
Task.__index = Task

function Task:join()
  native.task_wait(self)
  return native.task_result(self)
end

function Task:cancel()
  native.task_cancel(self)
end

function Task:state()
  return native.task_state(self)
end

function Task:__close()
  native.task_cancel(self)
  native.task_wait(self)
end

native.task_methods(Task)

local Group = {}
Group.__index = Group

local function new_group()
  return setmetatable({ native = native.group() }, Group)
end

function Group:spawn(fn, ...)
  local index = #self + 1
  self[index] = native.spawn(self.native, index, fn, ...)
end

-- The next member to end; nothing when time is up first.
function Group:next_ended(limit)
  local index = native.group_take(self.native)
  while not index do
    local in_time = native.group_wait(self.native, limit)
    index = native.group_take(self.native)
    if not index and not in_time then
      return nil
    end
  end
  return self[index]
end

function Group:__close()
  for _, task in ipairs(self) do
    native.task_cancel(task)
  end
  for _, task in ipairs(self) do
    native.task_wait(task)
  end
end

local function not_around(format, ...)
  failure.bad(format .. ": write function() … end around the call", ...)
end

local function check_function(what, position, fn)
  options.argument(what, position, fn, "function", not_around)
end

local function check_functions(what, ...)
  local count = select("#", ...)
  for i = 1, count do
    check_function(what, i, (select(i, ...)))
  end
  return count
end

function tasks.spawn(fn, ...)
  check_function("spawn", 1, fn)
  return native.spawn(nil, 0, fn, ...)
end

function tasks.all(...)
  local count = check_functions("all", ...)
  local group <close> = new_group()
  for i = 1, count do
    group:spawn((select(i, ...)))
  end
  for _ = 1, count do
    local ended = group:next_ended()
    native.task_check(ended)
  end
  local results = {}
  for i = 1, count do
    results[i] = native.task_result(group[i])
  end
  return table.unpack(results, 1, count)
end

function tasks.race(...)
  local count = check_functions("race", ...)
  if count == 0 then
    failure.bad "race needs at least one function"
  end
  local group <close> = new_group()
  for i = 1, count do
    group:spawn((select(i, ...)))
  end
  return native.task_result(group:next_ended())
end

function tasks.timeout(limit, fn, ...)
  options.argument("timeout", 1, limit, "duration")
  check_function("timeout", 2, fn)
  local group <close> = new_group()
  group:spawn(fn, ...)
  local ended = group:next_ended(limit)
  if not ended then
    failure.raise { code = "timed_out", message = ("not done within %s"):format(native.duration_text(limit)) }
  end
  return native.task_result(ended)
end

function tasks.sleep(duration)
  return native.sleep(duration)
end

---@class forager.Channel
local Channel = known.object "channel"
Channel.__index = Channel

-- A bounded queue between tasks. `capacity` is how many values it holds while nobody receives (default 1).
function tasks.channel(capacity)
  capacity = capacity == nil and 1 or capacity
  if math.type(capacity) ~= "integer" or capacity < 1 then
    failure.bad("channel: the capacity must be a whole number, 1 or more, not %s", tostring(capacity))
  end
  return setmetatable({
    capacity = capacity,
    first = 1,
    last = 0,
    closed = false,
    not_empty = native.condition(),
    not_full = native.condition(),
  }, Channel)
end

local function check_open(channel)
  if channel.closed then
    failure.raise { code = "refused", message = "the channel is closed" }
  end
end

-- Waits while the channel is full.
function Channel:send(value)
  check_open(self)
  while self.last - self.first + 1 >= self.capacity do
    native.condition_wait(self.not_full)
    check_open(self)
  end
  self.last = self.last + 1
  self[self.last] = { value }
  native.condition_notify(self.not_empty)
end

-- Waits for the next value; gives it and true. When the channel is closed and empty: nil and false.
function Channel:receive()
  while self.last < self.first do
    if self.closed then
      return nil, false
    end
    native.condition_wait(self.not_empty)
  end
  local item = self[self.first]
  self[self.first] = nil
  self.first = self.first + 1
  native.condition_notify(self.not_full)
  return item[1], true
end

-- No more values: receivers get what is left, then the end.
function Channel:close()
  self.closed = true
  native.condition_notify_all(self.not_empty)
  native.condition_notify_all(self.not_full)
end

-- for value in channel:values() do … end
function Channel:values()
  return function()
    local value, more = self:receive()
    if more and value == nil then
      return native.null
    end
    return value
  end
end

known.gives("spawn", "task")
known.gives("channel", "channel")
known.arguments("timeout", "duration", "function")
known.arguments("sleep", "duration")

return tasks
