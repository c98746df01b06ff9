---@meta _

-- # Formats
-- Broken text is the error `bad_arguments` with its line and column; what is no data (a function, NaN, a
-- cycle) the same with its path; NaN and infinity only in JSON, as YAML and TOML have words for them. Text that is not
-- UTF-8 becomes `{"$base64": …}` in JSON and TOML, `!!binary` in YAML. Names are written in alphabetical order.

---@class forager.JsonOptions
---@field pretty? boolean  over several lines, indented; default false

---@class forager.json
---@field null lightuserdata  the same as forager.null
local json = {}

-- Data as JSON text.
---@param value forager.Data
---@param options? forager.JsonOptions
---@return string
function json.encode(value, options) end

-- JSON text as data: integers, `1.0`, lists, `{}` and null come back as they were.
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

-- Data as YAML text.
---@param value forager.Data
---@return string
function yaml.encode(value) end

-- One document of YAML 1.2 as data.
---@param text string
---@return any
function yaml.decode(text) end

-- All YAML documents of a text.
---@param text string
---@return any[]
function yaml.decode_all(text) end

---@class forager.toml
local toml = {}

-- A table as TOML text; null is refused.
---@param value table
---@return string
function toml.encode(value) end

-- TOML text as a table. Dates and times become text.
---@param text string  at most 16 MB
---@return table
function toml.decode(text) end

---@class forager.base64
local base64 = {}

-- Bytes as Base64 text: the standard alphabet, padded.
---@param bytes string
---@return string
function base64.encode(bytes) end

-- Base64 text as bytes; blanks are skipped.
---@param text string
---@return string
function base64.decode(text) end
