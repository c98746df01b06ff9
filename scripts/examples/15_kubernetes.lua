-- A cluster: a deployment is made, scaled and read, and a command runs in a pod of its own. Under `run` all is only
-- declared; with an agent, and a kubeconfig in KUBECONFIG or in its configuration:
--
--     forager call web.scale alpine 3
--     forager call web.count
local forager = require "forager"
local k8s = forager.k8s

forager.func {
  name = "web.scale",
  doc = "As many pods of the image as are wanted, once all are ready.",
  args = { { "image", "string" }, { "count", "integer" } },
  run = function(ctx, image, count)
    k8s.deploy { name = "web", image = image, command = "exec sleep 3600", replicas = count, memory = "32Mi" }
    k8s.wait_ready("web", { timeout = "2m" })
    for _, pod in ipairs(k8s.list("pods", { deployment = "web" })) do
      ctx:log("%s is on %s", pod.metadata.name, pod.spec.nodeName)
    end
  end,
}

forager.func {
  name = "web.count",
  doc = "Counts in a pod of its own, which is gone afterwards.",
  run = function()
    local done = k8s.run_job { image = "alpine", command = "seq 10 | wc -l", timeout = "2m" }
    return tonumber(done.stdout)
  end,
}

forager.on("k8s:pods/deleted", function(ctx, event)
  ctx:log("%s is gone", event.name)
end, { labels = { ["forager.deployment"] = "web" } })

return "functions of a cluster are declared"
