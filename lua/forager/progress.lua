-- How far something has come, told while it goes on: each line of the work is numbers, and perhaps words.
local unix = require "forager.unix"

-- Calls work(LINES) and gives what it gives; `hear`, if there is one, is called with the words of each line.
return function(hear, work)
  if not hear then
    return work(nil)
  end
  return unix.with_lines(work, function(line)
    local words = {}
    for word in line:gmatch "%S+" do
      words[#words + 1] = math.tointeger(tonumber(word)) or word
    end
    hear(table.unpack(words))
  end)
end
