-- Containers of a Docker engine. What the options mean in detail is checked where they are used; here are their names.
local known = require "forager.known"
local options = require "forager.options"
local unix = require "forager.unix"

local docker = {}

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
  restart = "string",
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
}

local function container_and(more)
  for name, types in pairs(container) do
    more[name] = more[name] or types
  end
  return more
end

local run_options = container_and {
  pull = "string|boolean",
  stdin = "string",
  timeout = "duration",
  limit = "bytes",
  merge = "boolean",
  check = "boolean",
  on_line = "function",
}
run_options.restart = nil
known.options("docker.run", run_options, 1)

-- All but what is Lua's own; sizes as numbers.
local function data_of(given)
  local data = {}
  for name, value in pairs(given) do
    if type(value) ~= "function" then
      data[name] = value
    end
  end
  for _, name in ipairs { "memory", "shm_size", "limit" } do
    data[name] = data[name] and options.bytes(data[name])
  end
  return data
end

function docker.run(given)
  options.check("docker.run", given, run_options)
  local data = data_of(given)
  if not given.on_line then
    return native.docker_run(data)
  end
  return unix.with_lines(function(lines)
    return native.docker_run(data, lines)
  end, given.on_line)
end

return docker
