-- Keeps web sites: of each document of the kind WebSite so many containers with nginx, or another web server, and their
-- configuration. One that dies is back at once; a change replaces one container after the other, and stops where the
-- first new one does not last. Sample documents are in the folder beside it; docs/reconcile.md explains both.
--
-- Configuration: [docker] host, and in the agent's environment
--
--   WEB_SITES_FOLDER  where configurations that documents have as text are kept for the containers, on the engine's
--                     machine; default /var/lib/forager/web-sites
--
-- The agent serves it from its scripts' folder:
--
--   forager apply web-sites/nginx-site-1.yaml
--   forager get
--   forager delete WebSite/nginx-site-1
--
-- Without an agent:
--
--   forager reconcile web-sites/nginx-site-1.yaml --script web-sites.lua
local forager = require "forager"
local docker, files = forager.docker, forager.files

local folder = forager.env.get("WEB_SITES_FOLDER", "/var/lib/forager/web-sites")
local site_label, print_label = "web-site", "web-site.print" -- whose a container is, and what it was made from
local lasts = 1 -- second: who lives for so long has understood its configuration

-- Where the texts of a document are kept. Its name becomes a part of paths, and of containers' names.
local function folder_of(desired)
  if not desired.name:find "^%w[%w_.-]*$" then
    error { code = "bad_arguments", message = "metadata.name: a site's has only letters, digits, '_', '.' and '-'" }
  end
  return folder .. "/" .. desired.name
end

-- Text of a document as a file, by what is in it: containers of the form before still have theirs.
local function config_file(desired)
  if not desired.config then
    return desired.config_file
  end
  return ("%s/%s.conf"):format(folder_of(desired), files.digest(desired.config):sub(1, 16))
end

-- How the container is made, but for its name and its port.
local function form_of(desired)
  local volumes = {}
  if config_file(desired) then
    volumes[1] = { source = config_file(desired), target = desired.config_path, read_only = true }
  end
  if desired.content then
    volumes[#volumes + 1] = { source = desired.content, target = desired.content_path, read_only = true }
  end
  return {
    image = desired.image,
    command = desired.command,
    env = desired.env,
    memory = desired.memory,
    network = desired.network,
    volumes = volumes,
  }
end

local function ports_of(desired, number)
  return desired.port and { ("%d:%d"):format(desired.port + number - 1, desired.listen) }
end

-- The same for the same form: names are put in order, since tables have none.
local function print_of(value)
  if type(value) ~= "table" then
    return tostring(value)
  end
  local names, parts = {}, {}
  for name in pairs(value) do
    names[#names + 1] = name
  end
  table.sort(names, function(a, b)
    return tostring(a) < tostring(b)
  end)
  for position, name in ipairs(names) do
    local text = print_of(value[name])
    parts[position] = ("%s=%d:%s"):format(name, #text, text)
  end
  return table.concat(parts, ";")
end

local function labels_of(desired, number)
  local form = form_of(desired)
  form.ports = ports_of(desired, number)
  return { [site_label] = desired.name, [print_label] = files.digest(print_of(form)):sub(1, 16) }
end

-- An engine's list may be older than its event that one has died. nil: it is gone.
local function state_of(listed)
  if listed.state ~= "running" then
    return listed.state
  end
  local ok, container = pcall(docker.inspect, listed.name)
  if not ok and container.code ~= "not_found" then
    error(container, 0)
  end
  return ok and container.state or nil
end

-- By name: all that are of this document, in whatever state.
local function containers_of(desired)
  local found = {}
  for _, listed in ipairs(docker.list { all = true, labels = { [site_label] = desired.name } }) do
    local state = state_of(listed)
    found[listed.name] = state and { name = listed.name, state = state, labels = listed.labels }
  end
  return found
end

local function name_of(desired, number)
  return ("%s-%d"):format(desired.name, number)
end

local function is_right(desired, number, container)
  local wanted = labels_of(desired, number)[print_label]
  return container ~= nil and container.state == "running" and container.labels[print_label] == wanted
end

local function write_config(desired)
  local path = config_file(desired)
  if desired.config and not files.exists(path) then
    files.make_folder(folder_of(desired))
    files.write(path, desired.config, { mode = "644" })
  end
end

-- What the containers of this form do not need.
local function remove_old_configs(desired)
  for _, path in ipairs(files.glob(folder_of(desired) .. "/*.conf")) do
    if path ~= config_file(desired) then
      files.remove(path)
    end
  end
end

local function remove(container)
  if container.state == "running" then
    docker.stop(container.name)
  end
  docker.remove(container.name, { force = true })
end

-- A name that is somebody else's is left to them: the engine refuses a second one.
local function start(desired, number)
  local name = name_of(desired, number)
  local form = form_of(desired)
  form.name, form.ports, form.labels = name, ports_of(desired, number), labels_of(desired, number)
  docker.start(form)
  forager.sleep(lasts)
  local container = docker.inspect(name)
  if not container.running then
    local said = docker.logs(name, { tail = 3 })
    error {
      code = "exit",
      message = ("%s ended at once with status %d: %s"):format(name, container.exit_code, said.stdout .. said.stderr),
    }
  end
end

return forager.reconciler {
  kind = "WebSite",
  doc = "Keeps web sites: containers with a web server and their configuration.",
  every = "30s",
  timeout = "10m", -- images may have to be fetched

  schema = {
    type = "object",
    additionalProperties = false,
    properties = {
      image = { type = "string", default = "nginx:alpine" },
      command = { type = "array", items = { type = "string" } },
      replicas = { type = "integer", minimum = 0, maximum = 100, default = 1 },
      port = { type = "integer", minimum = 1, maximum = 65535 }, -- of the first one; the next one has the next
      listen = { type = "integer", minimum = 1, maximum = 65535, default = 80 }, -- in the container
      config = { type = "string" }, -- the text, or a file of the engine's machine
      config_file = { type = "string" },
      config_path = { type = "string", default = "/etc/nginx/conf.d/default.conf" }, -- where the server expects it
      content = { type = "string" }, -- a folder of the engine's machine
      content_path = { type = "string", default = "/usr/share/nginx/html" },
      env = { type = "object" },
      memory = { type = "string" },
      network = { type = "string" },
    },
  },

  -- One that dies is heard of at once; whose it was stands in its labels.
  watch = {
    "docker:die",
    function(event)
      return event.container.labels[site_label]
    end,
    labels = { [site_label] = "" },
  },

  -- The spec itself when all is as it says, else what is not.
  actual = function(_, desired)
    local found, count, right = containers_of(desired), 0, 0
    for _ in pairs(found) do
      count = count + 1
    end
    for number = 1, desired.replicas do
      right = right + (is_right(desired, number, found[name_of(desired, number)]) and 1 or 0)
    end
    if right == desired.replicas and count == right then
      return desired.spec
    end
    return count > 0 and { replicas = right, containers = count } or nil
  end,

  apply = function(ctx, desired)
    local found = containers_of(desired)
    write_config(desired)
    for number = 1, desired.replicas do
      local name = name_of(desired, number)
      if not is_right(desired, number, found[name]) then
        if found[name] then
          ctx:log("%s is replaced: it is %s", name, found[name].state == "running" and "old" or found[name].state)
          remove(found[name])
        end
        start(desired, number)
      end
      found[name] = nil
    end
    for name, container in pairs(found) do
      ctx:log("%s is one too many", name)
      remove(container)
    end
    remove_old_configs(desired)
    return { replicas = desired.replicas, ready = desired.replicas, message = "all containers run" }
  end,

  delete = function(_, desired)
    for _, container in pairs(containers_of(desired)) do
      remove(container)
    end
    files.remove(folder_of(desired), { tree = true })
  end,
}
