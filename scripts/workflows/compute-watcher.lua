-- Picks up the Workflow resources of a cluster, as the operator of a compute service does, and runs each as a compute
-- job of this agent. A lease beside each resource sees to it that of several agents only one does. docs/compute.md says
-- what becomes of them, and what their definition is.
--
-- An agent that is to do so has this file and the folder `compute-watcher` beside it in its scripts' folder.
--
-- Configuration: [kubernetes], and in the agent's environment
--
--   COMPUTE_RESULTS    where results go, as of compute.start; must be set
--   COMPUTE_RUNTIME    "kubernetes" (the default), "docker" or "local"
--   COMPUTE_NAMESPACE  whose resources are picked up; default the configuration's, "*": all
--   COMPUTE_JOBS       how many of them this agent has at once; default 10
--   COMPUTE_LEASE      seconds after which a silent agent's jobs are another one's; default 60
--   COMPUTE_OPTIONS    more arguments of compute.start, as JSON
local forager = require "forager"
local env, json, k8s, kv, queue = forager.env, forager.json, forager.k8s, forager.kv, forager.queue

local lease = require "compute-watcher.lease"

local resource = "workflows.oceanprotocol.com"
local space = env.get("COMPUTE_NAMESPACE")
local most_jobs = tonumber(env.get("COMPUTE_JOBS", "10"))
local most_results = 200 -- of them are listed in a resource
local final = { [31] = true, [32] = true, [41] = true, [42] = true, [43] = true, [61] = true, [70] = true }

-- The job

-- Of a job: whether it may go on. What is not known for too long counts as no, before another agent may begin.
forager.func {
  name = "compute_watcher.guard",
  doc = "Whether this agent has the lease of a Workflow resource: the seconds until it is asked again, or an error.",
  args = { { "namespace", "string" }, { "uid", "string" }, { "attempt", "integer" } },
  run = function(_, namespace, uid, attempt)
    local began, age = forager.time.monotonic(), lease.age(uid)
    while true do
      local known, held = pcall(forager.timeout, lease.seconds / 3, lease.hold, namespace, uid, attempt)
      if known and held then
        return lease.seconds / 6
      end
      if known or age and age + forager.time.monotonic() - began > lease.seconds * 2 / 3 then
        error({ code = "refused", message = "this agent has lost the lease of the resource", lost = true }, 0)
      end
      forager.sleep(lease.seconds / 12)
    end
  end,
}

-- Removes what an earlier attempt has left in the cluster.
local function clear(workflow)
  local namespace = workflow.metadata.namespace
  for _, kind in ipairs { "jobs", "pods", "persistentvolumeclaims" } do
    for _, object in ipairs(k8s.list(kind, { namespace = namespace })) do
      for _, owner in ipairs(object.metadata.ownerReferences or {}) do
        if owner.uid == workflow.metadata.uid then
          k8s.delete(kind, object.metadata.name, {
            namespace = namespace,
            propagation = "foreground",
            grace = 0,
            wait = true,
          })
        end
      end
    end
  end
end

local function submit(workflow, attempt)
  local metadata = workflow.metadata
  local asked = json.decode(env.get("COMPUTE_OPTIONS", "{}"))
  asked.workflow = workflow.spec.stages and workflow.spec or { spec = workflow.spec }
  asked.runtime = env.get("COMPUTE_RUNTIME", "kubernetes")
  asked.results = env.need "COMPUTE_RESULTS"
  asked.namespace = metadata.namespace
  asked.owner = lease.owner(workflow)
  asked.guard = { "compute_watcher.guard", metadata.namespace, metadata.uid, attempt }
  return queue.submit("compute.run", {
    kwargs = asked,
    idempotency_key = ("workflow %s %d"):format(metadata.uid, attempt),
    label = metadata.name,
  })
end

-- The resource

local function status_in(workflow)
  local told = workflow.status and workflow.status.status
    or (workflow.metadata.annotations or {})["forager/compute-status"]
  return math.tointeger(tonumber(told or ""))
end

local function is_over(workflow)
  return workflow.metadata.deletionTimestamp ~= nil or final[status_in(workflow)] or false
end

-- A resource that has gone meanwhile is not made anew: it has another uid, or none.
local function apply(workflow, more, subresource)
  local metadata = workflow.metadata
  local object = { apiVersion = workflow.apiVersion, kind = workflow.kind, status = more.status }
  object.metadata = {
    name = metadata.name,
    namespace = metadata.namespace,
    uid = metadata.uid,
    annotations = more.annotations,
  }
  return pcall(k8s.apply, object, { manager = "forager-compute", subresource = subresource })
end

local told = {} -- by the uid, so that what has not changed is not written

local function tell(workflow, state)
  local text = json.encode(state)
  if told[workflow.metadata.uid] == text then
    return
  end
  local ok, problem = apply(workflow, { status = state }, "status")
  if not ok and problem.code == "not_found" then -- its definition has no status
    ok, problem = apply(workflow, {
      annotations = {
        ["forager/compute-job"] = state.jobId,
        ["forager/compute-status"] = tostring(state.status),
        ["forager/compute-text"] = state.statusText,
        ["forager/compute-results"] = json.encode(state.results),
      },
    })
  end
  if ok then
    told[workflow.metadata.uid] = text
  elseif problem.status ~= 409 then
    error(problem, 0)
  end
end

local function state_of(id, record)
  local state = forager.call("compute.status", id)
  local results = forager.call("compute.results", id)
  state.results = json.array(table.move(results, 1, math.min(#results, most_results), 1, {}))
  if record.state == "failed" and record.error.code == "bad_arguments" then
    state.statusText = "The document is refused: " .. record.error.message
  end
  return state
end

local function forget(uid)
  kv.delete("job " .. uid)
  told[uid] = nil
  lease.forget(uid)
end

-- Where an earlier attempt was given up, because the lease was lost or nobody knows what became of it.
local function needs_another(one)
  if not one or not one.id then
    return false
  end
  local record = queue.get(one.id)
  return not record or record.state == "failed" and record.error.lost == true
end

-- What is kept of the job of a resource, which is begun where this agent has the lease; nil where another one has it.
local function job_of(workflow)
  local key = "job " .. workflow.metadata.uid
  local one = kv.get(key)
  if not one and #kv.list "job " >= most_jobs then
    return nil
  end
  local attempt = lease.take(workflow, needs_another(one))
  if not attempt then
    return nil
  end
  if not one or one.attempt ~= attempt then
    local now = k8s.get(resource, workflow.metadata.name, { namespace = workflow.metadata.namespace })
    if not now or now.metadata.uid ~= workflow.metadata.uid or is_over(now) then
      return nil
    end
    clear(workflow)
    one = { attempt = attempt }
    kv.set(key, one)
  end
  if not one.id then
    one.id = submit(workflow, attempt)
    kv.set(key, one)
  end
  return one
end

local function look_after(workflow)
  local uid = workflow.metadata.uid
  if is_over(workflow) then
    return
  end
  local one = job_of(workflow)
  local record = one and queue.get(one.id)
  if record and not (record.state == "failed" and record.error.lost) then
    tell(workflow, state_of(one.id, record))
    if record.ended then
      forget(uid)
    end
  end
end

local function stop(uid)
  local one = kv.get("job " .. uid)
  if one and one.id then
    queue.cancel(one.id)
  end
  forget(uid)
end

-- One at a time: events and the clock may both have found it.
local busy = {}

local function alone(uid, work, ...)
  if busy[uid] then
    return
  end
  busy[uid] = true
  local _ <close> = setmetatable({}, {
    __close = function()
      busy[uid] = nil
    end,
  })
  work(...)
end

forager.on("k8s:" .. resource .. "/added", function(_, event)
  alone(event.object.metadata.uid, look_after, event.object)
end, { namespace = space })

forager.on("k8s:" .. resource .. "/deleted", function(_, event)
  stop(event.object.metadata.uid)
end, { namespace = space })

-- Jobs go on, what they come to is told, what was there before this agent or was left by another one is found.
forager.every("2s", function(ctx)
  local ours, there = kv.list "job ", {}
  for _, workflow in ipairs(k8s.list(resource, { namespace = space })) do
    there[workflow.metadata.uid] = not is_over(workflow)
    local ok, problem = pcall(alone, workflow.metadata.uid, look_after, workflow)
    if not ok then
      ctx:log("%s: %s", workflow.metadata.name, problem.message or tostring(problem))
    end
  end
  for _, key in ipairs(ours) do
    if not there[key:sub(5)] then
      stop(key:sub(5))
    end
  end
end)
