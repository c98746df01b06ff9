-- The monitors of the agent, which outlive it: those that functions of scripts add and remove.
local known = require "forager.known"
local monitor = require "forager.monitor"
local options = require "forager.options"

local monitors = {}

local add_options = known.options("monitors.add", monitor.options {}, 1)

-- Whether it is new: one of the same name is replaced.
function monitors.add(given)
  options.check("monitors.add", given, add_options)
  return native.monitors_add(monitor.read("monitors.add", given))
end

-- Whether there was one.
function monitors.remove(name)
  return native.monitors_remove(options.argument("monitors.remove", 1, name, "string"))
end

function monitors.list(...)
  options.no_more("monitors.list", 0, ...)
  return native.monitors_list()
end

return monitors
