-- The stubs for editors, and the index of the API, against the library itself: meta_spec.lua ROOT.
local forager = require "forager"
local spec = require "spec"
local it, raises = spec.it, spec.raises

local files = forager.files
local root = ...

local function keys_of(...)
  local keys = {}
  for _, names in ipairs { ... } do
    for name in pairs(names) do
      keys[name] = true
    end
  end
  return keys
end

local function only_in(some, others)
  local names = {}
  for name in pairs(some) do
    if not others[name] then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return table.concat(names, ", ")
end

local function same_names(what, stubs, library)
  spec.equal(what .. " without a stub: " .. only_in(library, stubs), what .. " without a stub: ")
  spec.equal(what .. " in the stubs alone: " .. only_in(stubs, library), what .. " in the stubs alone: ")
end

local stubs = {}
for _, path in ipairs(files.glob(root .. "/lua/meta/*.lua")) do
  stubs[#stubs + 1] = files.read(path)
end
stubs = table.concat(stubs, "\n")

-- The fields that a class has in the stubs, with those of the class that it extends.
local function class(name)
  local _, stop, rest = stubs:find("%-%-%-@class forager" .. name:gsub("%.", "%%.") .. "%f[ \n]([^\n]*)\n")
  if not stop then
    error("the stubs have no class forager" .. name)
  end
  local parent = rest:match "^ : forager(%.%w+)"
  local fields = parent and class(parent) or {}
  for line in stubs:sub(stop + 1):gmatch "([^\n]*)\n" do
    if not line:find "^%-%-%-@field" then
      break
    end
    local field = line:match "^%-%-%-@field ([%a_][%w_]*)"
    if field then
      fields[field] = true
    end
  end
  return fields
end

-- The functions of the stubs that are written `function OWNER.name` or `function OWNER:name`.
local function functions(owner)
  local names = {}
  for name in stubs:gmatch("\nfunction " .. owner .. "[.:]([%w_]+)%(") do
    names[name] = true
  end
  return names
end

local namespaces = {
  "base64",
  "broker",
  "cfs",
  "colony",
  "docker",
  "env",
  "files",
  "http",
  "json",
  "k8s",
  "kv",
  "monitors",
  "queue",
  "s3",
  "time",
  "toml",
  "yaml",
}
for _, name in ipairs(namespaces) do
  local _ = forager[name] -- loaded when first used
end

it("every name of the library has a stub, and every stub exists", function()
  local _ = forager.python
  same_names("names of forager", keys_of(class "", functions "forager"), keys_of(forager))
end)

it("the namespaces of this test are all there are", function()
  local loaded = files.read(root .. "/lua/forager/init.lua"):match "local namespaces = (%b{})"
  for name in loaded:gmatch "([%w_]+) = true" do
    if name ~= "python" then
      spec.contains(table.concat(namespaces, " "), name)
    end
  end
end)

it("every function of a namespace has a stub, and every stub exists", function()
  for _, name in ipairs(namespaces) do
    same_names("names of " .. name, keys_of(class("." .. name), functions(name)), keys_of(forager[name]))
  end
end)

local colony_parts = { "workflows", "channels", "crons", "generators", "executors" }

it("every function of the colony's parts has a stub, and every stub exists", function()
  for _, name in ipairs(colony_parts) do
    same_names("names of colony." .. name, functions(name), keys_of(forager.colony[name]))
  end
end)

it("every function of the colony's blueprints has a stub, and every stub exists", function()
  local library = forager.colony.blueprints
  local stubbed = keys_of(class ".colony.blueprints", functions "blueprints")
  same_names("names of colony.blueprints", stubbed, keys_of(library))
  same_names("names of their definitions", functions "definitions", keys_of(library.definitions))
end)

it("every function of the snapshots of files has a stub, and every stub exists", function()
  same_names("names of cfs.snapshots", functions "snapshots", keys_of(forager.cfs.snapshots))
end)

it("every function of an engine's parts has a stub, and every stub exists", function()
  for _, name in ipairs { "volumes", "networks" } do
    same_names("names of docker." .. name, functions(name), keys_of(forager.docker[name]))
  end
end)

local keeper = forager.reconciler { kind = "Meta", actual = print, apply = print }
local kept = { kind = "Meta", metadata = { name = "x" } }

local function methods(object)
  local names = {}
  for name, value in pairs(getmetatable(object).__index) do
    if type(value) == "function" and not name:find "^__" then
      names[name] = true
    end
  end
  return names
end

it("every method of an object has a stub, and every stub exists", function()
  local ctx
  forager.func {
    name = "meta.context",
    run = function(given)
      ctx = given
    end,
  }
  forager.call "meta.context"
  same_names("methods of a context", functions "Context", methods(ctx))
  same_names("methods of a channel", functions "Channel", methods(forager.channel()))
  same_names("methods of a workflow", functions "Workflow", methods(forager.workflow "meta"))
  same_names("methods of a reconciler", functions "Reconciler", methods(keeper))
  -- The library hides the metatable of tasks: these are its methods by name.
  local task = forager.spawn(print)
  for name in pairs(functions "Task") do
    spec.equal(type(task[name]), "function")
  end
end)

-- What the error about an option that does not exist says there is.
local function accepted(fn, ...)
  local known = {}
  local names = raises("bad_arguments", fn, ...).message:match "has no option 'qqqqqqqq', only (.*)$"
  for name in names:gmatch "[%w_]+" do
    known[name] = true
  end
  return known
end

it("the options of the stubs are those that the library takes", function()
  local typo = { qqqqqqqq = true }
  local w = forager.workflow "options"
  local context
  forager.func {
    name = "meta.waiting",
    run = function(ctx)
      context = ctx
    end,
  }
  forager.call "meta.waiting"
  local taken = {
    CommandOptions = accepted(forager.sh, "true", typo),
    CommandLimits = accepted(forager.sh, { "true", limits = typo }),
    PythonOptions = accepted(forager.python, typo),
    FunctionOptions = accepted(forager.func, typo),
    Parameter = accepted(forager.func, { name = "meta.args", run = print, args = { typo } }),
    CallOptions = accepted(forager.call, "x.y", 1, { on = "colony", qqqqqqqq = true }),
    OnOptions = accepted(forager.on, "http:GET /x", print, typo),
    ReconcilerOptions = accepted(forager.reconciler, typo),
    ReconcileOptions = accepted(keeper.reconcile, keeper, kept, typo),
    WorkflowOptions = accepted(forager.workflow, "typo", typo),
    TaskOptions = accepted(w.task, w, typo),
    RequestOptions = accepted(forager.http.request, "http://127.0.0.1:1/", typo),
    ReadOptions = accepted(files.read, "x", typo),
    WriteOptions = accepted(files.write, "x", "", typo),
    CopyOptions = accepted(files.copy, "x", "y", typo),
    RemoveOptions = accepted(files.remove, "x", typo),
    FolderOptions = accepted(files.make_folder, "x", typo),
    ArchiveOptions = accepted(files.archive, typo),
    ExtractOptions = accepted(files.extract, "x", "y", typo),
    JsonOptions = accepted(forager.json.encode, 1, typo),
    WaitOptions = accepted(context.wait, context, "event", typo),
    CronOptions = accepted(w.cron, w, "@daily", typo),
    ColonySubmitOptions = accepted(forager.colony.submit, "x", typo),
    ColonyListOptions = accepted(forager.colony.list, typo),
    ColonyLogOptions = accepted(forager.colony.logs, "x", typo),
    ColonyFollowOptions = accepted(forager.colony.follow, "x", typo),
    ColonyWorkflowOptions = accepted(forager.colony.workflows.submit, {}, typo),
    ColonyWorkflowListOptions = accepted(forager.colony.workflows.list, typo),
    ColonyAppendOptions = accepted(forager.colony.channels.append, "x", "y", "z", typo),
    ColonyReadOptions = accepted(forager.colony.channels.read, "x", "y", typo),
    ColonyEntriesOptions = accepted(forager.colony.channels.follow, "x", "y", typo),
    ColonyCronOptions = accepted(forager.colony.crons.add, typo),
    ColonyGeneratorOptions = accepted(forager.colony.generators.add, typo),
    BlueprintListOptions = accepted(forager.colony.blueprints.list, typo),
    BlueprintUpdateOptions = accepted(forager.colony.blueprints.update, {}, typo),
    BlueprintApplyOptions = accepted(forager.colony.blueprints.apply, {}, typo),
    BlueprintReconcileOptions = accepted(forager.colony.blueprints.reconcile, "x", typo),
    CfsPutOptions = accepted(forager.cfs.put, "x", "y", typo),
    CfsGetOptions = accepted(forager.cfs.get, "x", "y", typo),
    CfsDownloadOptions = accepted(forager.cfs.snapshots.download, "x", "y", typo),
    CfsRemoveOptions = accepted(forager.cfs.remove, "x", typo),
    CfsSyncOptions = accepted(forager.cfs.sync, "x", "y", typo),
    S3PutOptions = accepted(forager.s3.put, "x", "y", typo),
    S3GetOptions = accepted(forager.s3.get, "x", typo),
    S3BucketOptions = accepted(forager.s3.head, "x", typo),
    S3ListOptions = accepted(forager.s3.list, typo),
    S3PresignOptions = accepted(forager.s3.presign, "x", typo),
    PublishOptions = accepted(forager.broker.publish, "x", "y", typo),
    BrokerRequestOptions = accepted(forager.broker.request, "x", {}, typo),
    StreamOptions = accepted(forager.broker.stream, "x", "y", typo),
    DockerRunOptions = accepted(forager.docker.run, typo),
    DockerCreateOptions = accepted(forager.docker.create, typo),
    DockerListOptions = accepted(forager.docker.list, typo),
    DockerLogOptions = accepted(forager.docker.logs, "x", typo),
    DockerExecOptions = accepted(forager.docker.exec, "x", "y", typo),
    DockerBuildOptions = accepted(forager.docker.build, typo),
    DockerEventOptions = accepted(forager.docker.events, typo),
    KubernetesDeployOptions = accepted(forager.k8s.deploy, typo),
    KubernetesJobOptions = accepted(forager.k8s.run_job, typo),
    KubernetesListOptions = accepted(forager.k8s.list, "x", typo),
    KubernetesApplyOptions = accepted(forager.k8s.apply, {}, typo),
    KubernetesDeleteOptions = accepted(forager.k8s.delete, "x", "y", typo),
    KubernetesLogOptions = accepted(forager.k8s.logs, "x", typo),
    KubernetesWatchOptions = accepted(forager.k8s.watch, "x", typo),
    KubernetesExecOptions = accepted(forager.k8s.exec, "x", "y", typo),
    QueueSubmitOptions = accepted(forager.queue.submit, "x.y", typo),
    MonitorOptions = accepted(forager.monitors.add, typo),
    DeclaredMonitor = accepted(forager.monitor, typo),
    MonitorExpectation = accepted(forager.monitors.add, { container = "x", call = "y", expect = typo }),
  }
  -- `forager test` alone has that module: its source says what it takes.
  taken.TestOptions = {}
  for name in files.read(root .. "/lua/forager/test.lua"):match('options%("test.it", (%b{})'):gmatch "([%w_]+) =" do
    taken.TestOptions[name] = true
  end
  for name, options in pairs(taken) do
    same_names("options of " .. name, class("." .. name), options)
  end
  for name in stubs:gmatch "@class forager%.(%w+Options)" do
    spec.equal(name .. (taken[name] and " is" or " is not") .. " compared", name .. " is compared")
  end
end)

-- What is written `function OWNER.name(PARAMETERS)`: parameters by owner and name.
local function parameters(text)
  local found = {}
  for owner, sign, name, list in ("\n" .. text):gmatch "\nfunction ([%w_.]+)([.:])([%w_]+)%(([^)]*)%)" do
    found[owner .. "." .. name] = sign .. name .. "(" .. list .. ")"
  end
  return found
end

-- The library calls tables of options `given`, and takes `...` at the end to refuse it.
local function as_told(list)
  return (list:gsub("%f[%w]given%f[%W]", "options"):gsub(",? ?%.%.%.%)$", ")"))
end

it("functions take in the stubs what they take in the library", function()
  local sources, names = {}, {}
  for _, path in ipairs(files.glob(root .. "/lua/forager/*.lua")) do
    sources[#sources + 1] = files.read(path)
  end
  local library, stubbed = parameters(table.concat(sources, "\n")), parameters(stubs)
  -- Functions of `forager` itself are given by their own files.
  for name, source in files.read(root .. "/lua/forager/init.lua"):gmatch "\n  ([%w_]+) = ([%w_]+%.[%w_]+)," do
    names["forager." .. name] = source
  end
  local compared = 0
  for name, stub in pairs(stubbed) do
    local source = library[names[name] or name]
    if source then
      compared = compared + 1
      source = source:gsub("^([.:])[%w_]+", "%1" .. name:match "[%w_]+$")
      spec.equal(name .. as_told(stub), name .. as_told(source))
    end
  end
  spec.equal(compared > 120, true)
end)

it("the fields of the results are those of the stubs", function()
  local failed = keeper:reconcile(kept, {
    apply = function()
      error "not today"
    end,
  })
  failed.actual, failed.reason = true, "" -- which there are of others
  same_names("fields of a pass", class ".Pass", failed)
  local folder = files.temp_folder "meta"
  local archive = folder .. "/packed.tar"
  files.write(folder .. "/file", "text")
  local packed = files.archive { folder .. "/file", to = archive }
  same_names("fields of an archive", class ".Archive", packed)
  same_names("fields of what was extracted", class ".Extracted", files.extract(archive, folder .. "/out"))
  same_names("fields of an archive's entry", class ".ArchiveEntry", files.list_archive(archive)[1])
  same_names("fields of a file's status", class ".FileStatus", files.status(archive))
  same_names("fields of a command's result", class ".Completed", forager.sh("kill -9 $$", { check = false }))
  files.remove(folder, { tree = true })
end)

it("the index of the API names every function once, and nothing else", function()
  local index = files.read(root .. "/lua/README.md")
  local listed = {}
  for name in index:gmatch "\n| %[`([%w_.:]+)" do
    spec.equal(name .. (listed[name] and " twice" or ""), name)
    listed[name] = true
  end
  local public = {}
  local function add(prefix, names)
    for name in pairs(names) do
      public[prefix .. name] = true
    end
  end
  add("", functions "forager")
  for _, name in ipairs(namespaces) do
    add(name .. ".", functions(name))
  end
  for _, name in ipairs(colony_parts) do
    add("colony." .. name .. ".", functions(name))
  end
  add("colony.blueprints.", functions "blueprints")
  add("colony.blueprints.definitions.", functions "definitions")
  add("cfs.snapshots.", functions "snapshots")
  for _, name in ipairs { "volumes", "networks" } do
    add("docker." .. name .. ".", functions(name))
  end
  for prefix, owner in pairs {
    ctx = "Context",
    task = "Task",
    channel = "Channel",
    workflow = "Workflow",
    reconciler = "Reconciler",
  } do
    add(prefix .. ":", functions(owner))
  end
  add("response:", functions "Response")
  add("request:", functions "Request")
  add("message:", functions "Message")
  add("t:", functions "t")
  add("test.", functions "test")
  same_names("functions of the index", listed, public)
end)

it("the stubs are Lua", function()
  for _, path in ipairs(files.glob(root .. "/lua/meta/*.lua")) do
    assert(load(files.read(path), path))
  end
end)

spec.finish()
