-- What becomes of a job, in the operator service's numbers and words, and a few more for what it has none.
local states = {
  warming_up = 1,
  configuring = 20,
  provisioned = 30,
  no_data = 31,
  no_algorithm = 32,
  running = 40,
  failed = 41,
  stopped = 42,
  late = 43,
  filtering = 50,
  publishing = 60,
  unpublished = 61,
  done = 70,
}

local texts = {
  [1] = "Warming up",
  [20] = "Configuring volumes",
  [30] = "Provisioning success",
  [31] = "Data provisioning failed",
  [32] = "Algorithm provisioning failed",
  [40] = "Running algorithm",
  [41] = "Algorithm failed",
  [42] = "Job stopped",
  [43] = "Time limit reached",
  [50] = "Filtering results",
  [60] = "Publishing results",
  [61] = "Publishing failed",
  [70] = "Job finished",
}

-- With the reason behind it, where there is one.
function states.text(status, reason)
  return reason and texts[status] .. ": " .. reason or texts[status]
end

return states
