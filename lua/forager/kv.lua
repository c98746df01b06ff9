-- Values by key, one namespace for each script: durable under the agent, in memory under `run`.
local copy = require "forager.data"
local failure = require "forager.failure"
local options = require "forager.options"

local kv = {}

function kv.get(key)
  options.argument("kv.get", 1, key, "string")
  local found = native.kv_get(key)
  return found and found[1]
end

function kv.set(key, value)
  options.argument("kv.set", 1, key, "string")
  if value == nil then
    failure.bad "kv.set: there is no value; kv.delete removes a key"
  end
  native.kv_set(key, copy(value, "kv.set: the value"))
end

-- Whether there was such a key.
function kv.delete(key)
  options.argument("kv.delete", 1, key, "string")
  return native.kv_delete(key)
end

-- The keys that begin with `prefix`, sorted.
function kv.list(prefix)
  prefix = prefix == nil and "" or options.argument("kv.list", 1, prefix, "string")
  return native.kv_list(prefix)
end

local updating = {}

-- Replaces the value by what `fn` makes of it, and gives that; nil removes the key. Updates of one key take turns.
function kv.update(key, fn)
  options.argument("kv.update", 1, key, "string")
  options.argument("kv.update", 2, fn, "function")
  local turn = updating[key] or { waiting = 0, changed = native.condition() }
  updating[key] = turn
  while turn.busy do
    turn.waiting = turn.waiting + 1
    native.condition_wait(turn.changed)
    turn.waiting = turn.waiting - 1
  end
  turn.busy = true
  local _ <close> = setmetatable({}, {
    __close = function()
      turn.busy = false
      if turn.waiting == 0 then
        updating[key] = nil
      end
      native.condition_notify(turn.changed)
    end,
  })
  local value = fn(kv.get(key))
  if value == nil then
    native.kv_delete(key)
    return nil
  end
  kv.set(key, value)
  return value
end

return kv
