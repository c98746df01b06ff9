-- How full the disk of a folder is. Try it: forager call first.disk --script first.lua /tmp
local forager = require "forager"

forager.func {
  name = "first.disk",
  doc = "How full the disk of a folder is, in percent.",
  args = { { "folder", "string", default = "/" } },
  timeout = "10s",
  run = function(ctx, folder)
    ctx:log("looking at the disk of %s", folder)
    local out = forager.sh { "df", "-P", folder }
    local percent = out.stdout:match "(%d+)%%"
    return { folder = folder, percent = tonumber(percent) }
  end,
}
