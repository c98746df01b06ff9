-- One job from its document to its results: for each stage configure, algorithm, filter, publish. What each has come to
-- is recorded as a step, so that a job goes on where it was when the agent has died.
local forager = require "forager"

---@class compute.Job
local Job = {}
Job.__index = Job

local job = {}

-- `parts` are the other rooms by their names.
function job.new(ctx, parts, asked, stages)
  return setmetatable({
    ctx = ctx,
    id = ctx.id,
    parts = parts,
    asked = asked,
    stages = stages,
    folder = ctx:folder(),
    runner = parts.runner(asked.runtime),
    ran = forager.json.array {}, -- { index, exitCode } of the stages whose algorithm has run
    results = forager.json.array {},
  }, Job)
end

function Job:area(index)
  return self.parts.area.open(self.folder, index)
end

-- Writes to the record, and for people.
function Job:sayer(record)
  return function(format, ...)
    local text = format:format(...)
    if record:line(text) then
      self.ctx:log("%s", text)
    end
  end
end

function Job:state(status, reason)
  return {
    jobId = self.id,
    status = status,
    statusText = self.parts.states.text(status, reason),
    stages = self.ran,
    results = self.results,
  }
end

-- For who asks meanwhile.
function Job:tell(status)
  forager.kv.set("job " .. self.id, self:state(status))
end

-- Does a part of a stage once.
function Job:part(name, stage, work)
  return self.ctx:step(("%s %d"):format(name, stage.index), work)
end

-- { results, reason }
function Job:publish(stage, holds_back)
  local parts = self.parts
  self:tell(parts.states.publishing)
  local put = parts.publish.target(self.asked.results)
  local results = forager.json.array {}
  local record <close> = self:area(stage.index):record "publish"
  local say = self:sayer(record)
  local function publish(list)
    for _, one in ipairs(list) do
      local published = parts.publish.file(put, one)
      published.stage = #self.stages > 1 and stage.index or nil
      results[#results + 1] = published
      say("published %s: %d bytes", published.url, published.filesize)
    end
    record:flush()
  end
  local ok, problem = pcall(function()
    publish(parts.harvest.of(self, stage, holds_back))
    publish(parts.harvest.record(self, stage))
  end)
  if not ok then
    self.ctx:log("publishing of stage %d: %s", stage.index, problem.message or tostring(problem))
  end
  return { results = results, reason = not ok and (problem.message or tostring(problem)) or nil }
end

-- What the algorithm has come to; outputs that the filter did not see to its end are held back.
function Job:compute(stage, prepared)
  local parts, states = self.parts, self.parts.states
  local came_to = self:part("algorithm", stage, function()
    return parts.work.algorithm(self, stage, prepared)
  end)
  if not came_to.idle then
    self.ran[#self.ran + 1] = { index = stage.index, exitCode = came_to.code }
  end
  if not self.asked.filter or came_to.idle then
    return came_to, false
  end
  local filtered = self:part("filter", stage, function()
    return parts.work.filter(self, stage, prepared)
  end)
  if filtered.status == states.done then
    return came_to, false
  end
  if came_to.status ~= states.done then
    return came_to, true
  end
  if filtered.status == states.stopped then
    return filtered, true
  end
  return { status = states.unpublished, reason = "the filter failed: " .. filtered.reason }, true
end

-- Whether the next stage may begin, else what the job has come to.
function Job:stage(stage)
  local parts, states = self.parts, self.parts.states
  local came_to = self:part("configure", stage, function()
    return parts.configure.stage(self, stage)
  end)
  local holds_back = false
  if came_to.status == states.provisioned then
    came_to, holds_back = self:compute(stage, came_to.prepared)
  end
  local published = self:part("publish", stage, function()
    return self:publish(stage, holds_back)
  end)
  for _, one in ipairs(published.results) do
    self.results[#self.results + 1] = one
  end
  if came_to.status == states.done and published.reason then
    return { status = states.unpublished, reason = published.reason }
  end
  return came_to
end

function Job:notify(name, url, state)
  if not url then
    return
  end
  local first = self.stages[1]
  state.results = nil
  state.algoDID = first.algorithm.id
  state.DID = self.parts.work.ids_of(first)
  self.ctx:step("notify " .. name, function()
    self.parts.notify.post(url, state, self.ctx)
  end)
end

function Job:stages_in_order()
  local states = self.parts.states
  for _, stage in ipairs(self.stages) do
    local came_to = self:stage(stage)
    if came_to.status ~= states.done then
      return came_to
    end
    if self.stop.asked then
      return { status = states.stopped }
    end
  end
  return { status = states.done }
end

-- Cut off for good, it leaves nothing; where the next agent goes on, it finds all as it was.
function Job:__close(problem)
  if problem ~= nil and not self.ctx:will_resume() then
    self.runner.release(self)
  end
end

-- { jobId, status, statusText, stages, results }
function Job:run()
  local stop <close> = self.parts.stop.listen(self.ctx)
  self.stop = stop
  self:notify("start", self.asked.notify_start, self:state(self.parts.states.warming_up))
  local came_to = self:stages_in_order()
  self.ctx:step("release", function()
    self.runner.release(self)
  end)
  self:notify("stop", self.asked.notify_stop, self:state(came_to.status, came_to.reason))
  return self:state(came_to.status, came_to.reason)
end

return job
