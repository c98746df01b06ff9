-- What a job can be asked for beside its document: the arguments of compute.start and compute.run, and their check.
local forager = require "forager"

local options = {}

options.arguments = {
  { "workflow", "table", doc = "the document" },
  { "runtime", "string", default = "", doc = '"local", "docker" or "kubernetes"' },
  { "results", "string", default = "", doc = "where results go: a folder, or s3://BUCKET/PREFIX" },
  {
    "helper_image",
    "string",
    default = "",
    doc = "Kubernetes: of pods that carry data; it needs sh and tar",
  },
  { "filter", "any", default = "", doc = "what looks through outputs before they are published" },
  { "network", "string", default = "", doc = "Docker: the network of the algorithm's container" },
  { "maxtime", "number", default = 0, doc = "seconds that no algorithm may take longer than" },
  { "cpus", "number", default = 0, doc = "where the document does not say" },
  { "memory", "number", default = 0, doc = "GB, where the document does not say" },
  { "gpus", "integer", default = 0, doc = "where the document does not say" },
  { "disk", "number", default = 0, doc = "Kubernetes: GB of the volume, where the document does not say" },
  { "storage_class", "string", default = "", doc = "Kubernetes: of the volume" },
  { "node_selector", "table", default = {}, doc = "Kubernetes: labels of the node" },
  { "namespace", "string", default = "", doc = "Kubernetes: where its objects are" },
  { "notify_start", "string", default = "", doc = "a URL that hears of the job's beginning" },
  { "notify_stop", "string", default = "", doc = "a URL that hears of its end" },
  { "owner", "table", default = {}, doc = "Kubernetes: what its objects go with, as ownerReferences have it" },
  {
    "guard",
    "list",
    default = forager.json.array {},
    doc = "a function and its arguments, without whose leave it does not go on",
  },
}

local runtimes = { ["local"] = true, docker = true, kubernetes = true }

local function wrong(message, ...)
  error({ code = "bad_arguments", message = message:format(...), retry = false }, 0)
end

local function is_given(value)
  return value ~= nil
    and value ~= forager.null
    and value ~= ""
    and value ~= 0
    and not (type(value) == "table" and next(value) == nil)
end

-- A command or an image, or both as { image, command }.
local function filter_of(given, runtime)
  if given == nil then
    return nil
  end
  if type(given) == "string" then
    return runtime == "local" and { command = given } or { image = given }
  end
  if type(given) ~= "table" then
    wrong("filter must be text or a table with image and command, not a %s", type(given))
  end
  for name in pairs(given) do
    if name ~= "image" and name ~= "command" then
      wrong("filter has no field '%s', only image and command", tostring(name))
    end
  end
  if runtime == "local" and given.command == nil then
    wrong "filter needs a command where processes of this machine do the work"
  end
  if runtime ~= "local" and type(given.image) ~= "string" then
    wrong "filter.image must be text"
  end
  return { image = given.image, command = given.command }
end

-- The values in the order of the arguments, as a table of those that are given.
function options.named(...)
  local asked = {}
  for position, argument in ipairs(options.arguments) do
    local value = (select(position, ...))
    if is_given(value) then
      asked[argument[1]] = value
    end
  end
  asked.workflow = asked.workflow or {} -- which names what is missing in it
  return asked
end

-- Fills in what the environment says, and refuses what cannot be.
function options.check(asked, target)
  asked.runtime = asked.runtime or forager.env.get("COMPUTE_RUNTIME", "local")
  asked.results = asked.results or forager.env.COMPUTE_RESULTS
  if not runtimes[asked.runtime] then
    wrong([[runtime must be "local", "docker" or "kubernetes", not "%s"]], asked.runtime)
  end
  if not asked.results then
    wrong "results is missing: an absolute path of a folder, or s3://BUCKET/PREFIX"
  end
  if not target(asked.results) then
    wrong("results must be an absolute path of a folder, or s3://BUCKET/PREFIX, not '%s'", asked.results)
  end
  asked.filter = filter_of(asked.filter, asked.runtime)
  return asked
end

return options
