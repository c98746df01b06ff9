-- Runs the algorithm as a process of this machine, in its area. It is the agent's user's, with the limits that the
-- kernel keeps.
local forager = require "forager"

local runner = { needs_image = false }

function runner.prepare() end

-- The area is where it is.
function runner.volume(_, area)
  return area.volume
end

-- `work`: entry, env, timeout, memory (GB), on_line. Gives the exit status; a time limit is the error `timed_out`.
function runner.run(_, area, work)
  local command = work.entry
  local words = type(command) == "string" and { "/bin/sh", "-c", command } or { table.unpack(command) }
  words.cwd = area.volume
  words.env = work.env
  words.timeout = work.timeout
  words.merge = true
  words.check = false
  words.limit = "64KB"
  words.on_line = work.on_line
  words.limits = work.memory and { memory = math.ceil(work.memory * 1024 ^ 3) } or nil
  return forager.sh(words).code
end

-- Outputs are in the area as they are made.
function runner.collect() end

-- It goes with the job's folder.
function runner.release() end

return runner
