-- A Kubernetes cluster. What options mean in detail is checked where they are used; here are their names and types.
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"
local unix = require "forager.unix"

local k8s = {}

-- What is data among the options: sizes of outputs as numbers, those of pods in the words of Kubernetes.
local function data(given)
  local found = {}
  for name, value in pairs(given) do
    if type(value) ~= "function" then
      found[name] = value
    end
  end
  found.limit = found.limit and options.bytes(found.limit)
  return found
end

-- The options of a call, checked, as data; and what hears its lines.
local function read(what, given, spec)
  given = options.check(what, given or {}, spec)
  return data(given), given.on_line
end

-- What describes a pod.
local function pod_and(more)
  local spec = {
    image = "string",
    command = "string|table",
    args = "table",
    env = "table",
    cwd = "string",
    cpu = "number|string",
    memory = "integer|string",
    gpus = "count",
    ports = "table",
    volumes = "table",
    user = "integer|string",
    read_only = "boolean",
    new_privileges = "boolean",
    pull = "string",
    pull_secret = "string",
    node = "table",
    account = "string",
    labels = "table",
    namespace = "string",
  }
  for name, types in pairs(more) do
    spec[name] = types
  end
  return spec
end

local deploy_options = known.options("k8s.deploy", pod_and { name = "string", replicas = "count" }, 1)

function k8s.deploy(given)
  return native.k8s_deploy((read("k8s.deploy", given, deploy_options)))
end

local ready_options = known.options("k8s.wait_ready", { timeout = "duration", namespace = "string" }, 2)

function k8s.wait_ready(name, given)
  options.argument("k8s.wait_ready", 1, name, "string")
  return native.k8s_wait_ready(name, (read("k8s.wait_ready", given, ready_options)))
end

local scale_options = known.options("k8s.scale", { namespace = "string" }, 3)

function k8s.scale(name, replicas, given)
  options.argument("k8s.scale", 1, name, "string")
  options.argument("k8s.scale", 2, replicas, "count")
  native.k8s_scale(name, replicas, (read("k8s.scale", given, scale_options)))
end

-- The calls of one object: RESOURCE, NAME and options.
local function of_object(what, work, spec)
  known.options(what, spec, 3)
  return function(resource, name, given)
    options.argument(what, 1, resource, "string")
    options.argument(what, 2, name, "string")
    return work(resource, name, (read(what, given, spec)))
  end
end

k8s.get = of_object("k8s.get", native.k8s_get, { namespace = "string" })
k8s.delete = of_object("k8s.delete", native.k8s_delete, {
  namespace = "string",
  propagation = "string",
  grace = "duration",
  wait = "boolean",
  timeout = "duration",
})

local list_options = known.options("k8s.list", {
  namespace = "string",
  labels = "table|string",
  fields = "table|string",
  deployment = "string",
}, 2)

function k8s.list(resource, given)
  options.argument("k8s.list", 1, resource, "string")
  return native.k8s_list(resource, (read("k8s.list", given, list_options)))
end

local apply_options = known.options("k8s.apply", {
  namespace = "string",
  force = "boolean",
  manager = "string",
  subresource = "string",
}, 2)

function k8s.apply(object, given)
  options.argument("k8s.apply", 1, object, "table")
  return native.k8s_apply(object, (read("k8s.apply", given, apply_options)))
end

local log_options = known.options("k8s.logs", {
  namespace = "string",
  container = "string",
  tail = "count",
  since = "duration",
  previous = "boolean",
  timestamps = "boolean",
  follow = "boolean",
  limit = "bytes",
  on_line = "function",
}, 2)

function k8s.logs(pod, given)
  options.argument("k8s.logs", 1, pod, "string")
  local wanted, on_line = read("k8s.logs", given, log_options)
  return unix.heard(native.k8s_logs, on_line, wanted, pod)
end

local watch_options = known.options("k8s.watch", {
  namespace = "string",
  name = "string",
  labels = "table|string",
}, 2)

-- What happens to objects, beginning with those that are there, for a `for` loop; the watch ends with the loop.
function k8s.watch(resource, given)
  options.argument("k8s.watch", 1, resource, "string")
  local id = native.k8s_open_watch(resource, (read("k8s.watch", given, watch_options)))
  local closing = setmetatable({}, {
    __close = function()
      native.feed_close(id)
    end,
  })
  return function()
    return native.feed_next(id)
  end, nil, nil, closing
end

local job_options = known.options(
  "k8s.run_job",
  pod_and {
    name = "string",
    owner = "table",
    timeout = "duration",
    limit = "bytes",
    check = "boolean",
    on_line = "function",
  },
  1
)

function k8s.run_job(given)
  local wanted, on_line = read("k8s.run_job", given, job_options)
  return unix.heard(native.k8s_run_job, on_line, wanted)
end

local exec_options = known.options("k8s.exec", {
  namespace = "string",
  container = "string",
  stdin = "string",
  timeout = "duration",
  limit = "bytes",
  merge = "boolean",
  check = "boolean",
  on_line = "function",
}, 3)

function k8s.exec(pod, command, given)
  options.argument("k8s.exec", 1, pod, "string")
  options.argument("k8s.exec", 2, command, "string|table")
  local wanted, on_line = read("k8s.exec", given, exec_options)
  return unix.heard(native.k8s_exec, on_line, wanted, pod, command)
end

local function copy(what, work)
  local spec = known.options(what, { namespace = "string", container = "string" }, 4)
  return function(pod, from, to, given)
    if to == nil then
      failure.bad("%s takes a pod's name, what is copied, and the folder that it goes to", what)
    end
    for position, value in ipairs { pod, from, to } do
      options.argument(what, position, value, "string")
    end
    work(pod, from, to, (read(what, given, spec)))
  end
end

k8s.copy_in = copy("k8s.copy_in", native.k8s_copy_in)
k8s.copy_out = copy("k8s.copy_out", native.k8s_copy_out)

return k8s
