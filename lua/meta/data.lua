---@meta _

-- Text formats. Broken text is the error `bad_arguments` with its line and column; what is no data (a function, NaN, a
-- cycle) the same with its path.

---@class forager.JsonOptions
---@field pretty? boolean  over several lines, indented; default false

---@class forager.json
---@field null lightuserdata  the same as forager.null
local json = {}

---@param value forager.Data
---@param options? forager.JsonOptions
---@return string
function json.encode(value, options) end

---@param text string
---@return any
function json.decode(text) end

-- Marks a table as a list, so that an empty one is [] and not {}.
---@generic T
---@param list? T[]  default a new one
---@return T[]
function json.array(list) end

---@class forager.yaml
local yaml = {}

---@param value forager.Data
---@return string
function yaml.encode(value) end

-- One document.
---@param text string
---@return any
function yaml.decode(text) end

-- All documents of a text.
---@param text string
---@return any[]
function yaml.decode_all(text) end

---@class forager.toml
local toml = {}

---@param value table
---@return string
function toml.encode(value) end

-- Dates and times become text.
---@param text string  at most 16 MB
---@return table
function toml.decode(text) end

---@class forager.base64
local base64 = {}

---@param bytes string
---@return string
function base64.encode(bytes) end

---@param text string
---@return string
function base64.decode(text) end
