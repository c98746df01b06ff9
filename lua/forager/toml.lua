-- TOML text.
local options = require "forager.options"

local toml = {}

function toml.encode(value)
  options.argument("toml.encode", 1, value, "table")
  return native.toml_encode(value)
end

function toml.decode(text)
  options.argument("toml.decode", 1, text, "string")
  return native.toml_decode(text)[1]
end

return toml
