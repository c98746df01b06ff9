-- Python code with arguments and results as data.
local copy = require "forager.data"
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"
local unix = require "forager.unix"

local python_options = known.options("python", {
  code = "string",
  file = "string",
  call = "string",
  args = "table",
  kwargs = "table",
  python = "string",
  timeout = "duration",
  env = "table",
  cwd = "string",
  on_line = "function",
}, 1)

return function(given)
  options.check("python", given, python_options)
  if (given.code == nil) == (given.file == nil) then
    failure.bad "python needs one of 'code' (text) and 'file' (a path)"
  end
  if not given.call and (given.args or given.kwargs) then
    failure.bad "python: 'args' and 'kwargs' are for the function named by 'call'"
  end
  local spec = {}
  for name, value in pairs(given) do
    spec[name] = value
  end
  spec.on_line = nil
  spec.args = copy(options.list("python: option 'args'", given.args), "python: option 'args'")
  spec.kwargs = copy(options.names("python: option 'kwargs'", given.kwargs), "python: option 'kwargs'")
  spec.env = unix.environment("python", given.env)
  local function start(lines)
    return native.python_run(spec, lines)
  end
  return unix.with_lines(start, given.on_line or function(line)
    native.log(line)
  end)
end
