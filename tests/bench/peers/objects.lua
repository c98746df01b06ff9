-- Puts or gets files of a folder: objects.lua put|get FOLDER COUNT WIDTH. One is large, many are small: WIDTH at once.
local forager = require "forager"

local way, folder, count, width = ...
local transfer = ({
  put = function(name)
    forager.s3.put(name, { from_file = folder .. "/" .. name })
  end,
  get = function(name)
    forager.s3.get(name, { to_file = folder .. "/" .. name })
  end,
})[way]

local next_one = 0
local function work()
  while next_one < tonumber(count) do
    next_one = next_one + 1
    transfer(tostring(next_one))
  end
end

local begun = forager.time.monotonic()
local workers = {}
for i = 1, tonumber(width) do
  workers[i] = work
end
forager.all(table.unpack(workers))
return { value = forager.time.monotonic() - begun }
