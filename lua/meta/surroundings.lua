---@meta _

-- # Time, environment, values by key

---@class forager.time
local time = {}

-- Seconds since 1970, with their fraction.
---@return number
function time.now() end

-- Seconds of a clock that only goes forward: for measuring.
---@return number
function time.monotonic() end

-- A duration as a number: "1h30m" → 5400.0
---@param duration forager.Duration
---@return number
function time.seconds(duration) end

-- A duration for people: 5400 → "1 h 30 m"
---@param duration forager.Duration
---@return string
function time.text(duration) end

-- A point in time as text, "2026-03-01T12:00:00Z", in UTC.
---@param seconds? number  since 1970; default now
---@return string
function time.iso(seconds) end

-- `forager.env.HOME` is the variable's text, or nil. Left out are the agent's own keys, passwords and tokens: variables
-- that begin with `FORAGER_`, `COLONIES_` or `AWS_S3_` and have `PRVKEY`, `SECRET`, `PASSWORD` or `TOKEN` in them,
-- `DB_PASSWORD`, and the like without such a word.
---@class forager.env
---@field [string] string?
local env = {}

-- A variable of the environment.
---@param name string
---@param fallback? any
---@return any
function env.get(name, fallback) end

-- The same, but raises `not_found` when the variable is not set.
---@param name string
---@return string
function env.need(name) end

-- One namespace for each script. Under the agent it is kept in the state file; under `run` and `call` the values live
-- as long as the script.
---@class forager.kv
local kv = {}

-- A copy of the value, or nil.
---@param key string
---@return any
function kv.get(key) end

-- Keeps a copy of the value.
---@param key string
---@param value forager.Data  not nil
function kv.set(key, value) end

-- Removes a key.
---@param key string
---@return boolean  whether there was such a key
function kv.delete(key) end

-- The keys that begin with `prefix`, sorted.
---@param prefix? string  default all
---@return string[]
function kv.list(prefix) end

-- Replaces the value by `fn(value)`, and gives that; nil removes the key. Updates of one key take turns,
-- also where `fn` waits.
---@param key string
---@param fn fun(value: any): forager.Data
---@return any
function kv.update(key, fn) end
