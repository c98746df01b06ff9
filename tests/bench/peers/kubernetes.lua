-- What the benchmark asks of a cluster: kubernetes.lua list|watch|deploy SPACE COUNT.
local forager = require "forager"
local k8s = forager.k8s

local way, space, count = ...
count = tonumber(count)
local work = {}

-- The same list again and again.
function work.list()
  for _ = 1, count do
    assert(#k8s.list("configmaps", { namespace = space, labels = { bench = "yes" } }) > 0)
  end
end

-- Until all that is there has changed once.
function work.watch()
  local there, changed = 0, 0
  for event in k8s.watch("configmaps", { namespace = space, labels = { bench = "yes" } }) do
    if event.type == "added" then
      there = there + 1
      if there == count then
        print "watching"
      end
    elseif event.type == "modified" then
      changed = changed + 1
      if changed == count then
        return
      end
    end
  end
end

-- A deployment from nothing to its pod that is ready.
function work.deploy()
  for number = 1, count do
    local name = "lua-" .. number
    k8s.deploy {
      name = name,
      namespace = space,
      image = "localhost/box:1",
      pull = "never",
      command = { "sleep", "1000" },
    }
    k8s.wait_ready(name, { namespace = space })
  end
end

local begun = forager.time.monotonic()
work[way]()
return { value = (forager.time.monotonic() - begun) / count }
