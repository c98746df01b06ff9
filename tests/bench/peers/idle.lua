-- One of ten scripts that wait for work: functions, a schedule, a workflow, files and a hook.
local forager = require "forager"

forager.func {
  name = "idle_NUMBER.scale",
  doc = "Scale one picture.",
  args = { { "picture", "string" }, { "width", "integer", default = 256 } },
  timeout = "30s",
  retries = 3,
  run = function(ctx, picture, width)
    ctx:log("scaling %s to %d", picture, width)
    local out = forager.sh { "convert", picture, "-resize", width .. "x", "thumb.png" }
    return { file = "thumb.png", seconds = out.seconds }
  end,
}

forager.func {
  name = "idle_NUMBER.fulfil",
  durable = true,
  run = function(ctx, order)
    local charge = ctx:step("charge", function()
      return forager.sh { "charge", order.id }
    end)
    ctx:sleep "6h"
    return charge
  end,
}

forager.on("file:FOLDER/in_NUMBER/*.csv", function(ctx, path)
  ctx:log("there is %s", path)
end)

forager.on("http:POST /hooks/build_NUMBER", function(_, request)
  return request:json()
end)

local nightly = forager.workflow "nightly_NUMBER"
local dump = nightly:task { "dump", call = "idle_NUMBER.scale", args = { "report.png" }, retries = 3 }
nightly:task {
  "report",
  after = { dump },
  run = function(_, made)
    return made.file
  end,
}
nightly:cron "0 3 * * *"
return nightly
