-- JSON text. Lists, integers and null come back as they were.
local known = require "forager.known"
local options = require "forager.options"

local encode_options = known.options("json.encode", { pretty = "boolean" }, 2)

local json = { null = native.null }

function json.encode(value, given)
  local pretty = given ~= nil and options.check("json.encode", given, encode_options).pretty or false
  if value == nil then
    value = native.null
  end
  return native.json_encode(value, pretty)
end

function json.decode(text)
  options.argument("json.decode", 1, text, "string")
  return native.json_decode(text)[1]
end

-- Marks a table as a list, so that an empty one is [] and not {}.
function json.array(list)
  return native.list(list == nil and {} or options.argument("json.array", 1, list, "table"))
end

return json
