-- HTTP requests. Any answer is a result, a 404 too; no answer is an error.
local copy = require "forager.data"
local failure = require "forager.failure"
local json = require "forager.json"
local known = require "forager.known"
local options = require "forager.options"

local http = {}

local request_options = {
  method = "string",
  json = "any",
  body = "string",
  headers = "table",
  timeout = "duration",
  to_file = "string",
  from_file = "string",
  redirects = "count",
  limit = "bytes",
  verify = "boolean",
  ca_file = "string",
  cert_file = "string",
  key_file = "string",
}

---@class forager.Response
local Response = known.object("response", true)
Response.__index = Response

-- The body as data.
function Response:json()
  return json.decode(self.body)
end

local function check_headers(headers)
  for name, value in pairs(headers or {}) do
    if type(name) ~= "string" then
      failure.bad "http: headers are named, as in { accept = 'text/plain' }"
    end
    for _, one in ipairs(type(value) == "table" and value or { value }) do
      if type(one) ~= "string" then
        failure.bad("http: header '%s' must be a string, not a %s", name, type(one))
      end
    end
  end
end

local function send(what, method, url, given)
  options.argument(what, 1, url, "string")
  given = options.check(what, given or {}, request_options)
  check_headers(given.headers)
  local bodies = (given.json ~= nil and 1 or 0) + (given.body and 1 or 0) + (given.from_file and 1 or 0)
  if bodies > 1 then
    failure.bad("%s takes one of 'json', 'body' and 'from_file'", what)
  end
  local spec = {}
  for name, value in pairs(given) do
    spec[name] = value
  end
  spec.url = url
  spec.method = given.method or method or (bodies > 0 and "POST" or "GET")
  spec.json = given.json ~= nil and native.list { copy(given.json, what .. ": option 'json'") } or nil
  spec.limit = given.limit and options.bytes(given.limit)
  return setmetatable(native.http_request(spec), Response)
end

known.options("http.request", request_options, 2)
known.gives("http.request", "response")

function http.request(url, given)
  return send("http.request", nil, url, given)
end

local methods = { get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE", head = "HEAD" }

for name, method in pairs(methods) do
  known.options("http." .. name, request_options, 2)
  known.gives("http." .. name, "response")
  http[name] = function(url, given)
    return send("http." .. name, method, url, given)
  end
end

return http
