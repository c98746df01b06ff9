-- Compute to data: brings an algorithm to the data, runs it there, and publishes what it has made. It takes the
-- workflow document of an operator service as it stands; docs/compute.md says what becomes of each of its fields.
--
-- Every agent has these functions. One that is to have others copies this file and the folder `compute` beside it into
-- its scripts' folder, where they take the place of its own.
--
--   forager call compute.start "$(cat document.json)" --kw results=/srv/results       # { jobId }
--   forager call compute.status JOBID
--   forager call compute.stop JOBID
--   forager call compute.results JOBID
--
-- One job here and now, without an agent; arguments are those of compute.start:
--
--   forager run compute.lua document.json runtime=docker results=/srv/results
--
-- Configuration: [s3] for data and results of s3://, [docker] and [kubernetes] for those runtimes; and in the agent's
-- environment
--
--   COMPUTE_RUNTIME  "local" (the default), "docker" or "kubernetes", for who does not say
--   COMPUTE_RESULTS  where results go, for who does not say: a folder, or s3://BUCKET/PREFIX
local forager = require "forager"
local files, kv, queue = forager.files, forager.kv, forager.queue

local document = require "compute.document"
local job = require "compute.job"
local options = require "compute.options"

local parts = {
  area = require "compute.area",
  configure = require "compute.configure",
  fetch = require "compute.fetch",
  harvest = require "compute.harvest",
  notify = require "compute.notify",
  publish = require "compute.publish",
  states = require "compute.states",
  stop = require "compute.stop",
  work = require "compute.work",
}
local states = parts.states

-- Loaded when a job wants one: most agents never need all of them.
function parts.runner(runtime)
  if runtime == "local" then
    return require "compute.runner_local"
  end
  return runtime == "docker" and require "compute.runner_docker" or require "compute.runner_kubernetes"
end

-- What is asked for and the stages of its document, or an error that names what is wrong.
local function read(...)
  local asked = options.check(options.named(...), parts.publish.target)
  return asked, document.read(asked.workflow, parts.runner(asked.runtime).needs_image)
end

-- The guard is asked before the job begins or goes on, and again after the seconds that it gives; its error ends the
-- job.
local function while_allowed(guard, work)
  if not guard then
    return work()
  end
  local pause = forager.call(table.unpack(guard))
  return forager.race(work, function()
    while true do
      forager.sleep(pause)
      pause = forager.call(table.unpack(guard))
    end
  end)
end

forager.func {
  name = "compute.run",
  doc = "Runs a compute job to its end: { jobId, status, statusText, stages, results }.",
  args = options.arguments,
  durable = true,
  orphans = "adopt",
  run = function(ctx, ...)
    local one <close> = job.new(ctx, parts, read(...))
    return while_allowed(one.asked.guard, function()
      return one:run()
    end)
  end,
}

-- What was told of jobs while they ran is not needed when they have ended: their records say it.
local function forget_ended()
  for _, key in ipairs(kv.list "job ") do
    local record = queue.get(key:sub(5))
    if record and record.ended then
      kv.delete(key)
    end
  end
end

forager.func {
  name = "compute.start",
  doc = "Begins a compute job: { jobId }.",
  args = options.arguments,
  run = function(_, ...)
    read(...)
    local id = queue.submit("compute.run", { args = forager.json.array { ... } })
    forget_ended()
    return { jobId = id }
  end,
}

local function as_it_is(id, status, reason)
  local told = kv.get("job " .. id) or { stages = forager.json.array {}, results = forager.json.array {} }
  told.jobId, told.status, told.statusText = id, status, states.text(status, reason)
  return told
end

local function unknown(id)
  error({ code = "not_found", message = ("there is no compute job '%s'"):format(id), retry = false }, 0)
end

-- The state of a job, with its results so far.
local function state_of(id)
  local record = queue.get(id)
  if record and record.func ~= "compute.run" then
    unknown(id)
  end
  if record and record.ended then
    if record.state == "succeeded" then
      return record.output
    end
    local cancelled = record.state == "cancelled"
    return as_it_is(id, cancelled and states.stopped or states.failed, not cancelled and record.error.message or nil)
  end
  local told = kv.get("job " .. id)
  if not told and not record then
    unknown(id)
  end
  return told or as_it_is(id, states.warming_up)
end

local job_id = { { "jobId", "string" } }

forager.func {
  name = "compute.status",
  doc = "How a compute job is: { jobId, status, statusText, stages }.",
  args = job_id,
  run = function(_, id)
    local state = state_of(id)
    state.results = nil
    return state
  end,
}

forager.func {
  name = "compute.results",
  doc = "What a compute job has published so far: a list of { filename, filesize, url, type }.",
  args = job_id,
  run = function(_, id)
    return state_of(id).results
  end,
}

forager.func {
  name = "compute.stop",
  doc = "Stops a compute job; what it has made until then is published. Harmless when it has ended.",
  args = job_id,
  run = function(_, id)
    state_of(id)
    local record = queue.get(id)
    if record and not record.ended then
      queue.signal(id, parts.stop.signal)
    end
    local state = state_of(id)
    state.results = nil
    return state
  end,
}

-- As a script

-- NAME=VALUE, where VALUE is JSON or else text.
local function given(words)
  local asked = {}
  for _, word in ipairs(words) do
    local name, value = word:match "^([%w_]+)=(.*)$"
    if not name then
      error(
        { code = "bad_arguments", message = ("'%s' is not NAME=VALUE, as in results=/srv/results"):format(word) },
        0
      )
    end
    local ok, data = pcall(forager.json.decode, value)
    asked[name] = ok and data or value
  end
  return asked
end

local path = ...
if path then
  local asked = given { select(2, ...) }
  asked.workflow = forager.json.decode(files.read(path))
  local here = forager.sh("pwd").stdout:gsub("\n$", "")
  asked.results = asked.results or forager.env.get("COMPUTE_RESULTS", "results")
  if not parts.publish.target(asked.results) then
    asked.results = ("%s/%s"):format(here, asked.results)
  end
  local came_to = forager.call("compute.run", asked)
  if came_to.status ~= states.done then
    came_to.code, came_to.message = "failed", came_to.statusText
    error(came_to, 0)
  end
  return came_to
end
