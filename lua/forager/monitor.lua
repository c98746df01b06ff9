-- Monitors of containers: what stands in their options, and those that scripts declare.
local copy = require "forager.data"
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

local monitor = {}

local expectations = { status = "string", health = "string", restarts = "count", memory = "bytes", cpu = "number" }

function monitor.options(more)
  local spec = {
    name = "string",
    container = "string",
    prefix = "string",
    labels = "table",
    expect = "string|table",
    interval = "duration",
    heartbeat = "boolean",
    once = "boolean",
    damp = "duration",
    call = "callee",
    kwargs = "table",
  }
  for name, types in pairs(more) do
    spec[name] = types
  end
  return spec
end

local function expectation(what, given, raise)
  options.check(what, given, expectations, 0, raise)
  local data = {}
  for name, value in pairs(given) do
    data[name] = name == "memory" and options.bytes(value) or value
  end
  return data
end

-- The options as the agent reads them.
function monitor.read(what, given, raise)
  local data = {}
  for name, value in pairs(given) do
    data[name] = value
  end
  data.run = nil
  if type(given.expect) == "table" then
    data.expect = expectation(what .. ": expect", given.expect, raise)
  end
  for _, name in ipairs { "labels", "kwargs" } do
    options.names(("%s: %s"):format(what, name), given[name], raise)
  end
  for _, name in ipairs { "interval", "damp" } do
    data[name] = given[name] and native.duration(given[name])
  end
  local fine, copied = pcall(copy, data, what)
  if not fine then
    (raise or failure.bad)("%s", copied.message)
  end
  return copied
end

local declare_options = known.options("monitor", monitor.options { run = "handler" }, 1)

-- A monitor that is there as long as the script declares it. Gives its name.
function monitor.declare(given)
  options.check("monitor", given, declare_options, 0, failure.declare)
  if (given.run == nil) == (given.call == nil) then
    failure.declare "monitor needs a function 'run', or the name of one as 'call'"
  end
  if given.run and given.kwargs then
    failure.declare "monitor: 'kwargs' go with 'call': a function 'run' knows what stands around it"
  end
  return native.declare_monitor(monitor.read("monitor", given, failure.declare), given.run)
end

return monitor
