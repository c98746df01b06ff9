-- A Docker engine. What options mean in detail is checked where they are used; here are their names and types.
local failure = require "forager.failure"
local images = require "forager.docker_images"
local known = require "forager.known"
local options = require "forager.options"
local spoken = require "forager.docker_words"

local docker = {
  pull = images.pull,
  build = images.build,
  import = images.import,
  images = images.list,
  image = images.inspect,
  tag = images.tag,
  remove_image = images.remove,
  prune_images = images.prune,
  volumes = images.volumes,
  networks = images.networks,
}

-- What describes a container.
local container = {
  image = "string",
  name = "string",
  command = "string|table",
  entrypoint = "string|table",
  env = "table",
  labels = "table",
  user = "string",
  cwd = "string",
  hostname = "string",
  network = "string",
  volumes = "table",
  ports = "table",
  memory = "bytes",
  cpus = "number",
  pids = "integer",
  shm_size = "bytes",
  gpus = "integer",
  cap_add = "table",
  cap_drop = "table",
  read_only = "boolean",
  privileged = "boolean",
  new_privileges = "boolean",
  init = "boolean",
  platform = "string",
  pull = "string|boolean",
  on_line = "function",
}

local function container_and(more)
  for name, types in pairs(container) do
    more[name] = types
  end
  return more
end

local run_options = known.options(
  "docker.run",
  container_and {
    stdin = "string",
    timeout = "duration",
    limit = "bytes",
    merge = "boolean",
    check = "boolean",
  },
  1
)

function docker.run(given)
  return spoken.heard(native.docker_run, options.check("docker.run", given, run_options))
end

local create_options = known.options("docker.create", container_and { restart = "string", on_conflict = "string" }, 1)

function docker.create(given)
  return spoken.heard(native.docker_create, options.check("docker.create", given, create_options))
end

local start_options = known.options("docker.start", create_options, 1)

-- One that is there, by its name; or a new one.
function docker.start(what)
  if type(what) == "string" then
    return native.docker_start(what)
  end
  return spoken.heard(native.docker_start_new, options.check("docker.start", what, start_options))
end

-- The calls that take a container's name, and options if any.
local function named(what, work, spec)
  if not spec then
    return function(name)
      return work(options.argument(what, 1, name, "string"))
    end
  end
  known.options(what, spec, 2)
  return function(name, given)
    options.argument(what, 1, name, "string")
    return work(name, spoken.data(options.check(what, given or {}, spec)))
  end
end

docker.stop = named("docker.stop", native.docker_stop, { timeout = "duration", remove = "boolean" })
docker.restart = named("docker.restart", native.docker_restart, { timeout = "duration" })
docker.kill = named("docker.kill", native.docker_kill, { signal = "string" })
docker.remove = named("docker.remove", native.docker_remove, { force = "boolean", volumes = "boolean" })
docker.wait = named("docker.wait", native.docker_wait)
docker.stats = named("docker.stats", native.docker_stats)

local inspect_options = known.options("docker.inspect", { whole = "boolean" }, 2)

function docker.inspect(name, given)
  options.argument("docker.inspect", 1, name, "string")
  given = options.check("docker.inspect", given or {}, inspect_options)
  return given.whole and native.docker_inspect_whole(name) or native.docker_inspect(name)
end

local list_options =
  known.options("docker.list", { all = "boolean", name = "string", labels = "table", count = "count" }, 1)

function docker.list(given)
  return native.docker_list(options.check("docker.list", given or {}, list_options))
end

local log_options = known.options("docker.logs", {
  tail = "count",
  since = "string|integer",
  timestamps = "boolean",
  follow = "boolean",
  limit = "bytes",
  on_line = "function",
}, 2)

function docker.logs(name, given)
  options.argument("docker.logs", 1, name, "string")
  return spoken.heard(native.docker_logs, options.check("docker.logs", given or {}, log_options), name)
end

local exec_options = known.options("docker.exec", {
  env = "table",
  user = "string",
  cwd = "string",
  privileged = "boolean",
  timeout = "duration",
  limit = "bytes",
  merge = "boolean",
  check = "boolean",
  on_line = "function",
}, 3)

function docker.exec(name, command, given)
  options.argument("docker.exec", 1, name, "string")
  options.argument("docker.exec", 2, command, "string|table")
  return spoken.heard(native.docker_exec, options.check("docker.exec", given or {}, exec_options), name, command)
end

local event_options = known.options(
  "docker.events",
  { type = "string", action = "string|table", name = "string|table", labels = "table" },
  1
)

-- What happens in the engine from now on, for a `for` loop; the connection is closed with the loop.
function docker.events(given)
  local id = native.docker_open_events(spoken.data(options.check("docker.events", given or {}, event_options)))
  local closing = setmetatable({}, {
    __close = function()
      native.feed_close(id)
    end,
  })
  return function()
    return native.feed_next(id)
  end, nil, nil, closing
end

local function copy(what, work)
  return function(name, from, to)
    for position, value in ipairs { name, from, to } do
      options.argument(what, position, value, "string")
    end
    if to == nil then
      failure.bad(
        "%s takes three arguments: the container's name, what is copied, and the folder that it goes to",
        what
      )
    end
    work(name, from, to)
  end
end

docker.copy_in = copy("docker.copy_in", native.docker_copy_in)
docker.copy_out = copy("docker.copy_out", native.docker_copy_out)

return docker
