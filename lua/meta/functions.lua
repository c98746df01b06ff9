---@meta _

-- # Functions

-- Too many, missing and ill-typed arguments are refused before the function runs (`bad_arguments`, naming the
-- argument). Not tried again are `bad_arguments`, `not_found`, `cancelled` and errors with `retry = false`; the pauses
-- between tries are drawn from 0 to 1, 2, 4 … s, at most a minute. Who waits for a place of `concurrency` holds up no
-- other function, and the higher priority goes first; who sleeps does not count.
---@class forager.FunctionOptions
---@field name string  FAMILY.NAME, of letters, digits, `_` and `-`; at most 200 bytes
---@field run fun(ctx: forager.Context, ...): ...  what it does
---@field doc? string  for `forager functions`
---@field args? forager.Parameter[]  checked before it runs; default: anything goes
---@field timeout? forager.Duration  of each try; default none
---@field retries? integer  more tries after a failure; default 0
---@field concurrency? integer  how many may run at once, others wait; default 0: no limit
---@field durable? boolean  its steps are recorded, and it goes on after a restart; default false
---@field version? string|integer  of a durable function's code: what began with another one fails
---@field changed? "continue"|"fail"  what becomes of runs under other code; default "continue", with a version "fail"
---@field orphans? "end"|"adopt"  of a durable function's commands and containers when the agent goes; default "end"

-- As `{ "width", "integer", default = 256 }`.
---@class forager.Parameter
---@field [1]? string  the name
---@field [2]? "string"|"integer"|"number"|"boolean"|"list"|"table"|"any"  the type; default "any"
---@field name? string  instead of [1]
---@field type? string  instead of [2]
---@field default? forager.Data  makes the argument optional
---@field doc? string

-- # Events

-- What the handler of an http: event gets.
---@class forager.Request
---@field method string
---@field path string  decoded
---@field params table<string, string>  what stands at the {name} segments of the hook's path
---@field query table<string, string>  the first value of each name
---@field headers table<string, string>  names in lower case; repeated ones joined by ", "; without the hook's secret
---@field body string  bytes
local Request = {}

-- The body as data; broken JSON is `bad_arguments`, a 400 for the caller.
---@return any
function Request:json() end

-- # Functions

-- How a call goes to the colony: the last argument of `call`.
---@class forager.CallOptions
---@field on "colony"
---@field executor? string  the type of executor that it is for; default "forager"
---@field timeout? forager.Duration  of each try, from handing it in to its end; default none
---@field retries? integer  more tries after a failure, each a process of its own; default 0
---@field priority? integer  -50000 to 50000, higher goes first; default 0
---@field executor_names? string[]  only executors of these names; default any of the type
---@field location? string  only executors at this place; default anywhere
---@field cpu? number|string  cores that an executor must have left: 0.5, "500m"
---@field memory? integer|string  bytes that it must have left, or text as "512MB"
---@field env? table<string, string>  the process's environment

-- The first argument of every function.
---@class forager.Context
---@field id string  of this call
---@field name string  the function's full name
---@field durable boolean  whether its steps are recorded
local Context = {}

-- A line for people, on stderr; with arguments after it, as `string.format`.
---@param format any
---@param ... any
function Context:log(format, ...) end

-- As forager.call; in a durable function its outcome is recorded.
---@param name string
---@param ... forager.Data|forager.CallOptions
---@return any
function Context:call(name, ...) end

-- As forager.sleep; in a durable function it goes on after a restart.
---@param duration forager.Duration
function Context:sleep(duration) end

-- Does `fn` once and gives what it gave, as data; in a durable function it is recorded, and not done again after a
-- restart.
---@param name string
---@param fn fun(): forager.Data
---@return any
function Context:step(name, fn) end

-- Seconds since 1970; in a durable function the same after a restart.
---@return number
function Context:now() end

-- As math.random; in a durable function the same after a restart.
---@param ... integer
---@return number
function Context:random(...) end

---@class forager.WaitOptions
---@field timeout? forager.Duration  raises `timed_out` after it; default: waits for ever
---@field beside? boolean  other tasks of the function work meanwhile: it goes on counting as running; default false

-- Waits for `forager signal ID EVENT [VALUE]` and gives the value. Only in durable functions.
---@param event string
---@param options? forager.WaitOptions
---@return any
function Context:wait(event, options) end

-- The folder that commands of this call begin in under the agent; it is removed with all in it at the call's end, and
-- kept over restarts in a durable function. Elsewhere a temporary folder of its own.
---@return string
function Context:folder() end

-- Whether this call, cut off now, goes on after the agent's next start; else what it made has to go. For
-- `<close>` handlers.
---@return boolean
function Context:will_resume() end
