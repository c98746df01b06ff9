-- A workflow: tasks, what they come after, and results that become arguments.
local forager = require "forager"

local morning = forager.workflow "morning"

local kernel = morning:task {
  "kernel",
  run = function()
    return { name = forager.sh("uname -s").stdout:gsub("%s+$", "") }
  end,
}
local echoed = morning:task { "echoed", call = "echo.echo", args = { kernel.name } }
morning:task {
  "report",
  after = { kernel, echoed },
  run = function(_, found, again)
    return found.name == again
  end,
}

return morning
