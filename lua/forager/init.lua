-- What `require "forager"` gives.
local calls = require "forager.calls"
local functions = require "forager.functions"
local known = require "forager.known"
local monitor = require "forager.monitor"
local reconciler = require "forager.reconciler"
local tasks = require "forager.tasks"
local unix = require "forager.unix"
local workflow = require "forager.workflow"

local forager = {
  version = native.version,
  null = native.null,
  func = functions.func,
  every = functions.every,
  on = functions.on,
  monitor = monitor.declare,
  reconciler = reconciler.declare,
  call = calls.call,
  log = functions.log,
  workflow = workflow.new,
  item = workflow.item,
  spawn = tasks.spawn,
  all = tasks.all,
  race = tasks.race,
  timeout = tasks.timeout,
  sleep = tasks.sleep,
  channel = tasks.channel,
  sh = unix.sh,
}

-- Namespaces are loaded when they are first used.
local namespaces = {
  python = true,
  http = true,
  colony = true,
  cfs = true,
  docker = true,
  k8s = true,
  broker = true,
  monitors = true,
  queue = true,
  s3 = true,
  files = true,
  json = true,
  toml = true,
  yaml = true,
  base64 = true,
  time = true,
  env = true,
  kv = true,
}

known.library, known.namespaces = forager, namespaces

return setmetatable(forager, {
  __index = function(self, name)
    if namespaces[name] then
      self[name] = require("forager." .. name)
      return rawget(self, name)
    end
    local names = {}
    for present in pairs(self) do
      names[#names + 1] = present
    end
    for present in pairs(namespaces) do
      names[#names + 1] = present
    end
    local near = native.nearest(tostring(name), native.list(names))
    local hint = native.familiar("forager", tostring(name)) or near and (" (did you mean '%s'?)"):format(near) or ""
    require("forager.failure").raise {
      code = "script",
      message = ("forager has no '%s'%s"):format(tostring(name), hint),
    }
  end,
})
