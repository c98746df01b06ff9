-- Bytes as text.
local options = require "forager.options"

local base64 = {}

function base64.encode(bytes)
  options.argument("base64.encode", 1, bytes, "string")
  return native.base64_encode(bytes)
end

function base64.decode(text)
  options.argument("base64.decode", 1, text, "string")
  return native.base64_decode(text)
end

return base64
