-- A script with tests: they are in 17_tested_test.lua (forager test scripts/examples).
local forager = require "forager"
local sh = forager.sh

forager.func {
  name = "disk.report",
  doc = "Say which disks are nearly full.",
  args = { { "limit", "integer", default = 90 } },
  run = function(ctx, limit)
    local full = {}
    for percent, mount in sh({ "df", "--output=pcent,target" }).stdout:gmatch "(%d+)%% (%S+)" do
      if tonumber(percent) >= limit then
        full[#full + 1] = mount
      end
    end
    if #full > 0 then
      ctx:step("tell", function()
        return forager.http.post("https://example.org/alerts", { json = { full = full } }).status
      end)
    end
    return forager.json.array(full)
  end,
}

local watch = forager.workflow "disk-watch"
watch:task { "report", call = "disk.report" }
watch:cron "0 6 * * *"
