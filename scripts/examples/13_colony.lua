-- A durable function that has a part of its work done in the colony. It waits for it over restarts of the agent and of
-- the server, and takes no place meanwhile. Under `run` it is only declared: `forager submit video.publish FILE` calls
-- it on an agent that has a colony.
local forager = require "forager"

forager.func {
  name = "video.publish",
  doc = "Encodes a video where there is a GPU, and says where it is.",
  args = { { "file", "string" } },
  durable = true,
  run = function(ctx, file)
    local codec = ctx:step("choose", function()
      return file:find "%.mov$" and "h265" or "av1"
    end)
    local encoded = ctx:call("video.encode", { file = file, codec = codec }, {
      on = "colony",
      executor = "gpu",
      timeout = "2h",
      retries = 1,
    })
    ctx:log("%s is at %s", file, encoded.url)
    return encoded.url
  end,
}

return "video.publish is declared"
