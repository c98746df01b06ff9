-- Runs the algorithm in a container that sees its area as /data. The engine must be one of this machine. The container
-- has no network unless the job asks for one.
local forager = require "forager"
local docker, sh = forager.docker, forager.sh

local runner = { needs_image = true }

-- The container's user must be able to write there, and the agent to read what he wrote and to remove it: an agent that
-- is not root has it run as itself.
function runner.prepare(_, area)
  area:open_up()
  local own = sh('echo "$(id -u):$(id -g)"').stdout:gsub("%s+$", "")
  return { user = not own:find "^0:" and own or nil }
end

function runner.volume()
  return "/data"
end

-- Without an entry the image's own one runs.
local function words_of(entry)
  if type(entry) == "string" then
    return { "sh", "-c" }, { entry }
  end
  return nil, entry
end

function runner.run(job, area, work)
  local entrypoint, command = words_of(work.entry)
  return docker.run({
    image = work.image,
    entrypoint = entrypoint,
    command = command,
    volumes = { { source = area.volume, target = "/data" } },
    env = work.env,
    labels = { ["compute.job"] = job.id },
    network = work.network or "none",
    user = work.prepared.user,
    cpus = work.cpus,
    memory = work.memory and math.ceil(work.memory * 1024 ^ 3),
    gpus = work.gpus,
    timeout = work.timeout,
    merge = true,
    check = false,
    limit = "64KB",
    on_line = work.on_line,
  }).code
end

-- Outputs are in the area as they are made.
function runner.collect() end

-- It goes with the job's folder.
function runner.release() end

return runner
