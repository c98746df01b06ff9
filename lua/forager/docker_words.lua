-- How calls of a Docker engine are given their options, and their lines are heard.
local options = require "forager.options"
local unix = require "forager.unix"

local words = {}

-- What is data among the options; sizes as numbers.
function words.data(given)
  local data = {}
  for name, value in pairs(given) do
    if type(value) ~= "function" then
      data[name] = value
    end
  end
  for _, name in ipairs { "memory", "shm_size", "limit" } do
    data[name] = data[name] and options.bytes(data[name])
  end
  return data
end

-- Calls work(OPTIONS, LINES, …); the option `on_line` hears the lines while it goes on.
function words.heard(work, given, ...)
  return unix.heard(work, given.on_line, words.data(given), ...)
end

return words
