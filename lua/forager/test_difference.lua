-- Whether two values are the same data, and where they differ, in lines for people.
local show = require "forager.show"

local MOST = 8 -- lines: the rest follows from them

local function at(path, key)
  if type(key) == "string" and key:find "^[%a_][%w_]*$" then
    return path == "" and key or path .. "." .. key
  end
  return path .. "[" .. show.text(key) .. "]"
end

local function sorted_keys(...)
  local seen, keys = {}, {}
  for _, value in ipairs { ... } do
    for key in next, value do
      if not seen[key] then
        seen[key] = true
        keys[#keys + 1] = key
      end
    end
  end
  table.sort(keys, function(a, b)
    if type(a) == type(b) and (type(a) == "number" or type(a) == "string") then
      return a < b
    end
    return tostring(a) < tostring(b)
  end)
  return keys
end

local function add(lines, path, text)
  lines[#lines + 1] = (path == "" and "the value" or path) .. " " .. text
end

local function compare(lines, path, actual, expected, within)
  if rawequal(actual, expected) or actual == expected then
    return
  end
  local both_tables = type(actual) == "table" and type(expected) == "table"
  if not both_tables or within[actual] == expected then
    if not both_tables then
      add(lines, path, ("is %s, not %s"):format(show.text(actual), show.text(expected)))
    end
    return
  end
  within[actual] = expected
  for _, key in ipairs(sorted_keys(actual, expected)) do
    local here, there = rawget(actual, key), rawget(expected, key)
    if here == nil then
      add(lines, at(path, key), ("is missing: it should be %s"):format(show.text(there)))
    elseif there == nil then
      add(lines, at(path, key), ("should not be there: it is %s"):format(show.text(here)))
    else
      compare(lines, at(path, key), here, there, within)
    end
  end
  within[actual] = nil
end

-- Nothing when they are the same.
---@return string|nil
return function(actual, expected)
  local lines = {}
  compare(lines, "", actual, expected, {})
  if #lines == 0 then
    return nil
  elseif #lines > MOST then
    lines = table.move(lines, 1, MOST, 1, { [MOST + 1] = ("… and %d more"):format(#lines - MOST) })
  end
  return table.concat(lines, "\n")
end
