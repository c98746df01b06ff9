-- Runs the algorithm as a Job of the cluster. A claim is its area; a pod with a helper image carries data in and out
-- while nothing else has the claim, so that it need not be one that several nodes can have at once.
local forager = require "forager"
local k8s = forager.k8s

local runner = { needs_image = true }

local longest_start = "10m" -- of a helper pod, its image included
local default_helper = "busybox:1.36"
local default_disk = 1 -- GB

-- Names of what belongs to a stage.
local function name_of(job, stage)
  return ("compute-%s-%d"):format(job.id:sub(1, 32):lower(), stage.index)
end

local function labels_of(job)
  return { ["app.kubernetes.io/managed-by"] = "forager", ["compute-job"] = job.id:sub(1, 32) }
end

-- Of what belongs to a stage; nil where nobody owns the job.
local function owners_of(job)
  return job.asked.owner and { job.asked.owner }
end

local function place(job)
  return { namespace = job.asked.namespace }
end

local function apply_claim(job, stage)
  local disk = stage.compute.disk or job.asked.disk or default_disk
  k8s.apply({
    apiVersion = "v1",
    kind = "PersistentVolumeClaim",
    metadata = { name = name_of(job, stage), labels = labels_of(job), ownerReferences = owners_of(job) },
    spec = {
      accessModes = { "ReadWriteOnce" },
      storageClassName = job.asked.storage_class,
      resources = { requests = { storage = ("%dMi"):format(math.ceil(disk * 1024)) } },
    },
  }, place(job))
end

local function helper_pod(job, stage)
  return {
    apiVersion = "v1",
    kind = "Pod",
    metadata = { name = name_of(job, stage) .. "-helper", labels = labels_of(job), ownerReferences = owners_of(job) },
    spec = {
      restartPolicy = "Never",
      terminationGracePeriodSeconds = 0,
      automountServiceAccountToken = false,
      nodeSelector = job.asked.node_selector,
      containers = {
        {
          name = "helper",
          image = job.asked.helper_image or default_helper,
          imagePullPolicy = "IfNotPresent",
          command = { "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1; done" },
          volumeMounts = { { name = "data", mountPath = "/data" } },
        },
      },
      volumes = { { name = "data", persistentVolumeClaim = { claimName = name_of(job, stage) } } },
    },
  }
end

-- Why a pod does not run, in the words of Kubernetes.
local function trouble_of(pod)
  local status = pod.status or {}
  local container = (status.containerStatuses or {})[1]
  local waiting = container and container.state and container.state.waiting
  if waiting and waiting.reason ~= "ContainerCreating" then
    return waiting.reason, waiting.message
  end
  for _, condition in ipairs(status.conditions or {}) do
    if condition.status == "False" and condition.message then
      return condition.reason, condition.message
    end
  end
  return status.phase or "Pending"
end

local hopeless = { ErrImageNeverPull = true, ImagePullBackOff = true, InvalidImageName = true, Failed = true }

local function wait_until_it_runs(job, name)
  local last
  local ok, problem = pcall(forager.timeout, longest_start, function()
    for event in k8s.watch("pods", { name = name, namespace = job.asked.namespace }) do
      last = event.object
      if event.type ~= "deleted" and last.status and last.status.phase == "Running" then
        return
      end
      if hopeless[trouble_of(last)] then
        error({ code = "refused", message = "it cannot begin" }, 0)
      end
    end
  end)
  if not ok then
    local reason, more = nil, nil
    if last then
      reason, more = trouble_of(last)
    end
    local why = table.concat({ problem.message, reason, more }, ": ")
    error({ code = "refused", message = ("the pod %s that carries data: %s"):format(name, why) }, 0)
  end
end

-- Calls work(POD) while a helper has the claim.
local function with_helper(job, stage, work)
  local pod = helper_pod(job, stage)
  local name = pod.metadata.name
  local gone = { namespace = job.asked.namespace, wait = true, grace = 0 }
  k8s.delete("pods", name, gone)
  local _ <close> = setmetatable({}, {
    __close = function()
      k8s.delete("pods", name, gone)
    end,
  })
  k8s.apply(pod, place(job))
  wait_until_it_runs(job, name)
  work(name)
end

-- Whoever runs in the algorithm's image must be able to read and write.
function runner.prepare(job, area, stage)
  area:open_up()
  apply_claim(job, stage)
  with_helper(job, stage, function(pod)
    for _, folder in ipairs { "inputs", "transformations", "outputs", "logs", "ddos" } do
      k8s.copy_in(pod, area:at(folder), "/data", place(job))
    end
  end)
end

function runner.volume()
  return "/data"
end

function runner.run(job, _, work, stage)
  return k8s.run_job({
    image = work.image,
    command = type(work.entry) == "string" and { "sh", "-c", work.entry } or work.entry,
    env = work.env,
    volumes = { ["/data"] = name_of(job, stage) },
    labels = labels_of(job),
    owner = job.asked.owner,
    cpu = work.cpus,
    memory = work.memory and math.ceil(work.memory * 1024 ^ 3),
    gpus = work.gpus,
    node = job.asked.node_selector,
    namespace = job.asked.namespace,
    new_privileges = false,
    timeout = work.timeout,
    check = false,
    limit = "64KB",
    on_line = work.on_line,
  }).code
end

local remove_links = [[
  walk() {
    for path in "$1"/* "$1"/.[!.]*; do
      if [ -L "$path" ]; then rm -f "$path"; elif [ -d "$path" ]; then walk "$path"; fi
    done
  }
  walk /data/outputs; walk /data/logs]]

-- What the algorithm has left, as it is now; links are not taken along.
function runner.collect(job, area, stage)
  with_helper(job, stage, function(pod)
    k8s.exec(pod, { "sh", "-c", remove_links }, { namespace = job.asked.namespace, check = false })
    for _, folder in ipairs { "outputs", "logs" } do
      forager.files.remove(area:at(folder), { tree = true })
      k8s.copy_out(pod, "/data/" .. folder, area.volume, place(job))
    end
  end)
end

-- A claim goes when the last pod has that mounted it; of a job that was adopted this may be at the end of the run, so
-- nobody waits for it here.
function runner.release(job)
  for _, stage in ipairs(job.stages) do
    local name = name_of(job, stage)
    k8s.delete("pods", name .. "-helper", { namespace = job.asked.namespace, wait = true, grace = 0 })
    k8s.delete("persistentvolumeclaims", name, { namespace = job.asked.namespace })
  end
end

return runner
