-- The lines of a command while it runs.
local sh = require("forager").sh

local count = 0
sh("seq 3; echo oops >&2", {
  on_line = function(line, stream)
    count = count + 1
    print(stream, line)
  end,
})

return count
