-- A function of one's own: typed arguments, checked before it runs, and retries.
local forager = require "forager"

local tries = 0

forager.func {
  name = "media.thumbnail",
  doc = "Scale one picture.",
  args = { { "picture", "string" }, { "width", "integer", default = 256 } },
  retries = 2,
  run = function(ctx, picture, width)
    tries = tries + 1
    if tries == 1 then
      error "the first try never works"
    end
    ctx:log("scaling %s to %d", picture, width)
    return { file = picture, width = width }
  end,
}

print(pcall(forager.call, "media.thumbnail", "a.png", "wide"))

return forager.call("media.thumbnail", { picture = "a.png" })
