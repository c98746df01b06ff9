-- The leases of Workflow resources: of several agents one has a resource, and another one gets it when that agent has
-- been silent. Each holder, and each new beginning of one, is an attempt with a number of its own, by which an earlier
-- one knows that its time is over.
local forager = require "forager"
local env, k8s, kv = forager.env, forager.k8s, forager.kv

local lease = { seconds = math.tointeger(tonumber(env.get("COMPUTE_LEASE", "60"))) or 60 }

-- The agent's own, whatever else its machine runs.
local function identity()
  return kv.update("identity", function(known)
    if known then
      return known
    end
    local host = forager.files.read("/proc/sys/kernel/hostname"):gsub("%s", "")
    local chance = forager.files.read("/proc/sys/kernel/random/uuid"):sub(1, 8)
    return host .. "-" .. chance
  end)
end

local function name_of(uid)
  return "compute-" .. uid
end

local function read(namespace, uid)
  return k8s.get("leases", name_of(uid), { namespace = namespace })
end

function lease.owner(workflow)
  local metadata = workflow.metadata
  return { apiVersion = workflow.apiVersion, kind = workflow.kind, name = metadata.name, uid = metadata.uid }
end

-- When this agent last renewed a lease, and since when others' have not been renewed: by our clock, as theirs may be
-- another one. By the uid of the resource.
local renewed, silent = {}, {}

-- Seconds since this agent has renewed a lease; nil when it has not.
function lease.age(uid)
  return renewed[uid] and forager.time.monotonic() - renewed[uid]
end

-- Writes the lease over the one that was read; false when another agent was faster.
local function write(namespace, uid, before, attempt, owners)
  local ours = before and before.spec.holderIdentity == identity()
  local ok, problem = pcall(k8s.apply, {
    apiVersion = "coordination.k8s.io/v1",
    kind = "Lease",
    metadata = {
      name = name_of(uid),
      namespace = namespace,
      uid = before and before.metadata.uid,
      resourceVersion = before and before.metadata.resourceVersion,
      ownerReferences = owners,
    },
    spec = {
      holderIdentity = identity(),
      leaseDurationSeconds = lease.seconds,
      leaseTransitions = attempt,
      acquireTime = ours and before.spec.acquireTime or forager.time.iso():gsub("Z$", ".000000Z"),
      renewTime = forager.time.iso():gsub("Z$", ".000000Z"),
    },
  }, { manager = identity(), force = before ~= nil })
  if ok then
    renewed[uid] = forager.time.monotonic()
  elseif problem.status ~= 409 then
    error(problem, 0)
  end
  return ok
end

local function is_silent(uid, found)
  local version = found.metadata.resourceVersion
  local last = silent[uid]
  if not last or last.version ~= version then
    silent[uid] = { version = version, since = forager.time.monotonic() }
    return false
  end
  return forager.time.monotonic() - last.since > (found.spec.leaseDurationSeconds or lease.seconds)
end

-- Renews the lease where it is time to. Whether it is ours, for this attempt; an error where that cannot be known.
function lease.hold(namespace, uid, attempt)
  local age = lease.age(uid)
  if age and age < lease.seconds / 3 then
    return true
  end
  while true do
    local found = read(namespace, uid)
    if not found or found.spec.holderIdentity ~= identity() or found.spec.leaseTransitions ~= attempt then
      renewed[uid] = nil
      return false
    end
    if write(namespace, uid, found, attempt, found.metadata.ownerReferences) then
      return true
    end
  end
end

-- The attempt that the lease is ours for, from now on or already; nil when it is another agent's.
function lease.take(workflow, again)
  local namespace, uid = workflow.metadata.namespace, workflow.metadata.uid
  local found = read(namespace, uid)
  local ours = found and found.spec.holderIdentity == identity()
  if ours and not again then
    return lease.hold(namespace, uid, found.spec.leaseTransitions) and found.spec.leaseTransitions or nil
  end
  if found and not ours and not is_silent(uid, found) then
    return nil
  end
  local attempt = found and (found.spec.leaseTransitions or 0) + 1 or 0
  return write(namespace, uid, found, attempt, { lease.owner(workflow) }) and attempt or nil
end

function lease.forget(uid)
  renewed[uid], silent[uid] = nil, nil
end

return lease
