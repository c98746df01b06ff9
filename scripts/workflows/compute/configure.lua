-- Brings what a stage needs into its area: inputs, outputs of earlier stages, the algorithm.
local forager = require "forager"
local files = forager.files

local configure = {}

local function take_outputs(from, to)
  for _, name in ipairs(files.list(from)) do
    files.copy(("%s/%s"):format(from, name), ("%s/%s"):format(to, name))
  end
end

local function bring_input(job, input, area, say)
  local folder = area:at("inputs/" .. input.folder)
  files.make_folder(folder)
  for position, url in ipairs(input.urls) do
    job.parts.fetch.file(url, ("%s/%d"):format(folder, position - 1), input.checksums[position], say)
  end
  if input.before then
    take_outputs(job:area(input.before):at "outputs", folder)
    say("took the outputs of stage %d", input.before)
  end
end

local function write_code(algorithm, path)
  files.write(path, algorithm.rawcode)
  local sum, wanted = files.hash(path), algorithm.checksums[1]
  if wanted and sum ~= wanted then
    error({ code = "not_had", message = ("the SHA-256 of rawcode is %s, and should be %s"):format(sum, wanted) }, 0)
  end
end

local function bring_algorithm(job, algorithm, area, say)
  local path = area:at "transformations/algorithm"
  if algorithm.custom then
    files.write(area:at "inputs/algoCustomData.json", algorithm.custom)
  end
  if algorithm.rawcode ~= "" then
    write_code(algorithm, path)
  end
  for position, url in ipairs(algorithm.urls) do
    local name = position == 1 and path or area:at(("transformations/%d"):format(position - 1))
    job.parts.fetch.file(url, name, algorithm.checksums[position], say)
  end
  if files.exists(path) then
    forager.sh { "chmod", "755", path }
  end
end

-- What fails in `work` counts as this status.
local function counts_as(status, work)
  local ok, problem = pcall(work)
  if not ok then
    error({ code = "not_had", status = status, message = problem.message or tostring(problem) }, 0)
  end
end

local function bring_all(job, stage, area, say)
  local states = job.parts.states
  counts_as(states.no_data, function()
    for _, input in ipairs(stage.inputs) do
      bring_input(job, input, area, say)
    end
  end)
  local prepared
  counts_as(states.no_algorithm, function()
    bring_algorithm(job, stage.algorithm, area, say)
    prepared = job.runner.prepare(job, area, stage)
  end)
  return prepared
end

-- { status, reason, prepared }
function configure.stage(job, stage)
  local states = job.parts.states
  job:tell(states.configuring)
  local area = job:area(stage.index)
  local record <close> = area:record "configure"
  local say = job:sayer(record)
  local ok, went, prepared = pcall(job.stop.unless, job.stop, function()
    return bring_all(job, stage, area, say)
  end)
  if not ok then
    say("%s", went.message)
    return { status = went.status, reason = went.message }
  end
  if not went then
    say "stopped"
    return { status = states.stopped }
  end
  area:ready()
  return { status = states.provisioned, prepared = prepared }
end

return configure
