-- The reconciler of web sites against an engine that is a table: web_sites_spec.lua ROOT.
local forager = require "forager"
local spec = require "spec"
local it, equal, contains = spec.it, spec.equal, spec.contains

local files = forager.files
local root = ...

-- An engine: containers by name, and how new ones fare.
local containers, log, fate = {}, {}, {}

local engine = {}

function engine.list(given)
  local found = {}
  for name, container in pairs(containers) do
    if container.labels["web-site"] == given.labels["web-site"] then
      found[#found + 1] = { name = name, state = container.listed or container.state, labels = container.labels }
    end
  end
  return found
end

function engine.start(form)
  log[#log + 1] = "start " .. form.name
  if fate.start then
    error(fate.start)
  end
  if containers[form.name] then
    error { code = "refused", message = "the name " .. form.name .. " is taken" }
  end
  containers[form.name] = { form = form, labels = form.labels, state = fate.dies and "exited" or "running" }
end

function engine.inspect(name)
  local state = containers[name].state
  return { running = state == "running", state = state, exit_code = 3 }
end

function engine.logs()
  return { stdout = "", stderr = "no such directive" }
end

function engine.stop(name)
  log[#log + 1] = "stop " .. name
  containers[name].state = "exited"
end

function engine.remove(name)
  log[#log + 1] = "remove " .. name
  containers[name] = nil
end

local folder, site

local function fresh()
  containers, log, fate = {}, {}, {}
end

local function document(spec_members)
  return { kind = "WebSite", metadata = { name = "shop" }, spec = spec_members }
end

local function action(spec_members)
  log = {}
  local done = site:reconcile(document(spec_members))
  return done.action, done.status.message
end

local function names()
  local all = {}
  for name, container in pairs(containers) do
    all[#all + 1] = name .. " " .. container.state
  end
  table.sort(all)
  return table.concat(all, ", ")
end

it("the script gives its reconciler", function()
  folder = files.temp_folder "sites"
  local env = forager.env
  forager.docker = engine
  forager.env = setmetatable({
    get = function(name, otherwise)
      return name == "WEB_SITES_FOLDER" and folder or otherwise
    end,
  }, { __index = env })
  forager.sleep = function() end
  local path = root .. "/scripts/workflows/web-sites.lua"
  site = assert(load(files.read(path), "@web-sites.lua", "t"))()
  equal(site.kind, "WebSite")
end)

it("as many containers as are wanted are there, and twice does nothing", function()
  fresh()
  equal(action { replicas = 2, port = 8081 }, "applied")
  equal(names(), "shop-1 running, shop-2 running")
  equal(containers["shop-2"].form.ports, { "8082:80" })
  equal(containers["shop-1"].form.image, "nginx:alpine")
  equal(action { replicas = 2, port = 8081 }, "none")
  equal(log, {})
end)

it("it scales to any number and to none", function()
  fresh()
  for _, count in ipairs { 0, 3, 5, 1, 0 } do
    action { replicas = count }
    local there = 0
    for _ in pairs(containers) do
      there = there + 1
    end
    equal(there, count)
    equal(action { replicas = count }, "none")
  end
end)

it("one that has died is replaced, and no other", function()
  fresh()
  action { replicas = 3 }
  containers["shop-2"].state = "exited"
  equal(action { replicas = 3 }, "applied")
  equal(log, { "remove shop-2", "start shop-2" })
  containers["shop-3"] = nil
  equal(action { replicas = 3 }, "applied")
  equal(log, { "start shop-3" })
end)

it("one that its engine still lists as running is asked for", function()
  fresh()
  action { replicas = 2 }
  containers["shop-1"].state, containers["shop-1"].listed = "exited", "running"
  equal(action { replicas = 2 }, "applied")
  equal(log, { "remove shop-1", "start shop-1" })
end)

it("another configuration replaces one after the other, and the old text goes last", function()
  fresh()
  action { replicas = 2, config = "listen 80;" }
  local before = containers["shop-1"].form.volumes[1]
  equal({ before.target, before.read_only }, { "/etc/nginx/conf.d/default.conf", true })
  equal(files.read(before.source), "listen 80;")
  equal(action { replicas = 2, config = "listen 81;" }, "applied")
  equal(log, { "stop shop-1", "remove shop-1", "start shop-1", "stop shop-2", "remove shop-2", "start shop-2" })
  equal(files.read(containers["shop-2"].form.volumes[1].source), "listen 81;")
  equal(#files.glob(folder .. "/shop/*"), 1)
end)

it("a configuration that no container lasts with stops at the first one", function()
  fresh()
  action { replicas = 3, config = "good" }
  fate.dies = true
  local done, message = action { replicas = 3, config = "bad" }
  equal(done, "failed")
  contains(message, "shop-1 ended at once with status 3: no such directive")
  equal(names(), "shop-1 exited, shop-2 running, shop-3 running")
  fate = {}
  equal(action { replicas = 3, config = "good" }, "applied")
  equal(log, { "remove shop-1", "start shop-1" })
end)

it("an engine that goes away in the middle is no harm", function()
  fresh()
  action { replicas = 2 }
  fate.start = { code = "unreachable", message = "no engine" }
  local done, message = action { replicas = 2, image = "other" }
  equal({ done, message }, { "failed", "no engine" })
  fate = {}
  equal(action { replicas = 2, image = "other" }, "applied")
  equal(action { replicas = 2, image = "other" }, "none")
end)

it("a container of somebody else's is never touched", function()
  fresh()
  containers["shop-1"] = { labels = {}, state = "exited" }
  local done, message = action {}
  equal(done, "failed")
  contains(message, "is taken")
  equal(site:delete(document {}).action, "deleted")
  equal(names(), "shop-1 exited")
end)

it("a deleted site leaves nothing", function()
  fresh()
  action { replicas = 2, config = "listen 80;" }
  equal(site:delete(document { replicas = 2, config = "listen 80;" }).action, "deleted")
  equal({ names(), files.exists(folder .. "/shop") }, { "", false })
  equal(site:delete(document {}).action, "deleted")
end)

it("a typo in a document, and a name that leads elsewhere, are refused", function()
  fresh()
  contains(spec.raises("bad_arguments", action, { replcas = 2 }).message, "replicas")
  contains(spec.raises("bad_arguments", action, { replicas = -1 }).message, "spec.replicas")
  files.make_folder(folder .. "/kept")
  local ok, done = pcall(site.delete, site, { kind = "WebSite", metadata = { name = ".." }, spec = {} })
  equal(ok and done.action or "failed", "failed")
  equal(files.exists(folder .. "/kept"), true)
end)

it("nothing is left of these tests", function()
  files.remove(folder, { tree = true })
end)

spec.finish()
