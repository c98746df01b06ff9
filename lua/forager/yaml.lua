-- YAML text, with the scalars of YAML 1.2.
local options = require "forager.options"

local yaml = {}

function yaml.encode(value)
  if value == nil then
    value = native.null
  end
  return native.yaml_encode(value)
end

-- One document.
function yaml.decode(text)
  options.argument("yaml.decode", 1, text, "string")
  return native.yaml_decode(text)[1]
end

-- All documents of a text, as a list.
function yaml.decode_all(text)
  options.argument("yaml.decode_all", 1, text, "string")
  return native.yaml_decode_all(text)
end

return yaml
