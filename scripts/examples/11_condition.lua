-- A task that runs only when it is needed: what is skipped has the result nil, and what comes after it runs.
local forager = require "forager"

local tidy = forager.workflow "tidy"

local usage = tidy:task {
  "usage",
  run = function()
    return tonumber(forager.sh("df -P / | awk 'NR == 2 { print $5 + 0 }'").stdout)
  end,
}
local cleaned = tidy:task {
  "cleaned",
  after = usage,
  when = function(_, percent)
    return percent > 100
  end,
  run = function(ctx)
    ctx:log "cleaning up"
    return true
  end,
}
tidy:task {
  "verdict",
  after = { usage, cleaned },
  run = function(_, percent, was_cleaned)
    return { known = percent ~= nil, cleaned = was_cleaned == true }
  end,
}

return tidy
