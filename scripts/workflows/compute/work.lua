-- Runs the algorithm of a stage beside its data, and the filter behind it.
local forager = require "forager"

local work = {}

-- The ids of its inputs, each once.
function work.ids_of(stage)
  local ids, seen = forager.json.array {}, {}
  for _, input in ipairs(stage.inputs) do
    if input.id and not seen[input.id] then
      seen[input.id] = true
      ids[#ids + 1] = input.id
    end
  end
  return ids
end

local function environment(job, stage, area)
  local volume = job.runner.volume(job, area)
  return {
    DIDS = forager.json.encode(work.ids_of(stage)),
    TRANSFORMATION_DID = stage.algorithm.id,
    VOLUME = volume,
    INPUTS = volume .. "/inputs",
    OUTPUTS = volume .. "/outputs",
    LOGS = volume .. "/logs",
    ALGO = volume .. "/transformations/algorithm",
  }
end

-- What it came to: { status, code, reason, idle }; idle: it was stopped before it began.
local function verdict(states, asked, ok, went, code)
  if not ok and went.code == "timed_out" and asked.timeout then
    return { status = states.late, reason = "it took longer than " .. forager.time.text(asked.timeout) }
  end
  if not ok then
    return { status = states.failed, reason = went.message or tostring(went) }
  end
  if not went then
    return { status = states.stopped, idle = code }
  end
  if code ~= 0 then
    return { status = states.failed, code = code, reason = ("it ended with status %d"):format(code) }
  end
  return { status = states.done, code = 0 }
end

-- What it has left comes into the area. That this fails is a reason more, and the first where there was none.
local function collect(job, area, stage, came_to)
  local ok, problem = pcall(job.runner.collect, job, area, stage)
  if not ok then
    local states, why = job.parts.states, problem.message or tostring(problem)
    came_to.status = came_to.status == states.done and states.failed or came_to.status
    came_to.reason = came_to.reason and ("%s; %s"):format(came_to.reason, why) or why
  end
end

-- `what` names the record of its output.
local function run(job, stage, what, asked)
  local area = job:area(stage.index)
  if not area:is_ready() then
    return { status = job.parts.states.failed, reason = "what was brought for it is gone: begin a new job" }
  end
  local record <close> = area:record(what)
  local say = job:sayer(record)
  asked.env = environment(job, stage, area)
  asked.on_line = function(line)
    say("%s", line)
  end
  local came_to = verdict(
    job.parts.states,
    asked,
    pcall(job.stop.unless, job.stop, function()
      return job.runner.run(job, area, asked, stage)
    end, asked.although_stopped)
  )
  if not came_to.idle then
    collect(job, area, stage, came_to)
  end
  if came_to.reason then
    job.ctx:log("%s of stage %d: %s", what, stage.index, came_to.reason)
  end
  return came_to
end

-- The smaller one of what the document and the operator say.
local function limit_of(own, most)
  return own and most and math.min(own, most) or own or most
end

function work.algorithm(job, stage, prepared)
  local compute, asked = stage.compute, job.asked
  job:tell(job.parts.states.running)
  return run(job, stage, "algorithm", {
    prepared = prepared,
    image = stage.algorithm.image,
    entry = stage.algorithm.entry,
    timeout = limit_of(compute.maxtime, asked.maxtime),
    network = asked.network,
    cpus = compute.cpus or asked.cpus,
    memory = compute.memory or asked.memory,
    gpus = compute.gpus or asked.gpus,
  })
end

-- Without a network where that can be taken away. What a stopped algorithm has made is looked through as well.
function work.filter(job, stage, prepared)
  local filter, asked = job.asked.filter, job.asked
  job:tell(job.parts.states.filtering)
  return run(job, stage, "filter", {
    prepared = prepared,
    image = filter.image,
    entry = filter.command,
    timeout = limit_of(stage.compute.maxtime, asked.maxtime),
    although_stopped = true,
  })
end

return work
