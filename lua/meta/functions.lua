---@meta _

-- Functions that a script declares, and the context that each call gets.

---@class forager.FunctionOptions
---@field name string  FAMILY.NAME: letters, digits, `_`, `-` and dots
---@field run fun(ctx: forager.Context, ...): ...
---@field doc? string  for `forager functions`
---@field args? forager.Parameter[]  checked before it runs; without it anything goes
---@field timeout? forager.Duration  of each try; default none
---@field retries? integer  more tries after a failure; default 0
---@field concurrency? integer  how many may run at once, others wait; 0 (the default) is no limit
---@field durable? boolean  accepted, without effect yet
---@field version? any  accepted, without effect yet

-- { "width", "integer", default = 256 }
---@class forager.Parameter
---@field [1]? string  the name
---@field [2]? "string"|"integer"|"number"|"boolean"|"list"|"table"|"any"  the type; default "any"
---@field name? string  instead of [1]
---@field type? string  instead of [2]
---@field default? forager.Data  makes the argument optional
---@field doc? string

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

---@class forager.ReconcilerOptions
---@field kind? string
---@field every? forager.Duration
---@field actual? function
---@field apply? function
---@field delete? function

-- The first argument of every function.
---@class forager.Context
---@field id string  of this call
---@field name string  the function's full name
local Context = {}

-- A line for people, on stderr; with arguments after it, as `string.format`.
---@param format any
---@param ... any
function Context:log(format, ...) end

-- As forager.call.
---@param name string
---@param ... forager.Data
---@return any
function Context:call(name, ...) end

-- As forager.sleep.
---@param duration forager.Duration
function Context:sleep(duration) end

-- What `fn()` gives, as data. Nothing is recorded yet.
---@param name string
---@param fn fun(): forager.Data
---@return any
function Context:step(name, fn) end

-- Seconds since 1970.
---@return number
function Context:now() end

-- From 0 up to, and without, 1.
---@return number
function Context:random() end
