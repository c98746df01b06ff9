-- HTTP hooks: what stands in the options of `on` for them, and the request that their handlers get.
local failure = require "forager.failure"
local known = require "forager.known"

local hooks = {}

---@class forager.Request
local Request = known.object("request", true)
Request.__index = Request

-- The body as data.
function Request:json()
  return require("forager.json").decode(self.body)
end

-- What a handler gave. That it is no data is its own mistake, not the caller's.
local function reply(...)
  for i = 1, select("#", ...) do
    local fine, problem = pcall(native.as_data, (select(i, ...)), "the handler's reply")
    if not fine then
      failure.raise { code = "script", message = problem.message, retry = false }
    end
  end
  return ...
end

-- A function that gives `fn` the request with its methods. It can be called by its name, too.
function hooks.handler(event, fn)
  return function(ctx, request)
    if type(request) ~= "table" then
      local given = request == nil and "nothing" or "a " .. type(request)
      failure.bad("what handles '%s' takes a request, a table as the [http] server makes it, not %s", event, given)
    end
    return reply(fn(ctx, setmetatable(request, Request)))
  end
end

-- Refuses what would leave a hook without the check that its author meant.
function hooks.check(event, given)
  if given.signature and not given.secret_file then
    failure.declare("on: '%s' has a signature to be checked, and no secret_file to check it by", event)
  end
  if given.signature and given.signature ~= "sha256" then
    failure.declare([[on: signature is "sha256", not "%s"]], given.signature)
  end
end

return hooks
