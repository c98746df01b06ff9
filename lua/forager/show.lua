-- Values as text for people who try things: as Lua would write them, in lines that can be read, and bounded.
local show = {}

local WIDTH = 72 -- of a table that stands on one line
local DEPTH = 6
local ENTRIES = 100 -- of one table
local BYTES = 64 * 1024 -- of one value, about

local ESCAPES = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }

local function quoted(text)
  local function escaped(byte)
    return ESCAPES[byte] or ("\\%03d"):format(byte:byte())
  end
  return '"' .. text:gsub('[%c"\\]', escaped) .. '"'
end

-- What a script's own type says of itself; errors are shown as the data that they are.
local function own_text(value)
  local meta = getmetatable(value)
  if type(meta) ~= "table" or not rawget(meta, "__tostring") or rawget(meta, "__name") == "failure" then
    return nil
  end
  local fine, text = pcall(tostring, value)
  return fine and text or nil
end

local function by_name(a, b)
  if type(a) == type(b) and (type(a) == "string" or type(a) == "number") then
    return a < b
  end
  return type(a) == type(b) and tostring(a) < tostring(b) or type(a) < type(b)
end

-- Keys that are no part of the list at the table's beginning, in order, and how many entries there are in all.
local function keys_of(value, listed)
  local keys, count = {}, listed
  for key in next, value do
    if not (math.type(key) == "integer" and key >= 1 and key <= listed) then
      count = count + 1
      if #keys <= ENTRIES then
        keys[#keys + 1] = key
      end
    end
  end
  table.sort(keys, by_name)
  return keys, count
end

local write

local function write_key(key, state)
  if type(key) == "string" and key:find "^[%a_][%w_]*$" then
    return key
  end
  return "[" .. write(key, state, DEPTH) .. "]"
end

local function entries_of(value, state, depth)
  local listed = rawlen(value)
  local keys, count = keys_of(value, listed)
  local entries = {}
  for i = 1, math.min(listed, ENTRIES) do
    entries[i] = write(rawget(value, i), state, depth)
  end
  for _, key in ipairs(keys) do
    if #entries < ENTRIES then
      entries[#entries + 1] = write_key(key, state) .. " = " .. write(rawget(value, key), state, depth)
    end
  end
  if count > #entries then
    entries[#entries + 1] = ("… %d more"):format(count - #entries)
  end
  return entries
end

local function write_table(value, state, depth)
  if state.within[value] then
    return "(itself)"
  elseif depth >= DEPTH or state.left <= 0 then
    return next(value) == nil and "{}" or "{ … }"
  end
  state.within[value] = true
  local entries = entries_of(value, state, depth + 1)
  state.within[value] = nil
  local line = table.concat(entries, ", ")
  if #entries == 0 then
    return "{}"
  elseif #line <= WIDTH and not line:find "\n" then
    return "{ " .. line .. " }"
  end
  return "{\n  " .. table.concat(entries, ",\n"):gsub("\n", "\n  ") .. "\n}"
end

function write(value, state, depth)
  local text
  if value == native.null then
    text = "forager.null"
  elseif type(value) == "string" then
    text = quoted(#value <= BYTES and value or value:sub(1, BYTES) .. "…")
  elseif type(value) == "table" then
    text = own_text(value) or write_table(value, state, depth)
  else
    text = own_text(value) or tostring(value)
  end
  state.left = state.left - #text
  return text
end

-- A value as a part of something else: text is quoted.
function show.text(value)
  return write(value, { within = {}, left = BYTES }, 0)
end

-- A value by itself: text is as it is.
function show.result(value)
  if type(value) == "string" then
    return #value <= BYTES and value or value:sub(1, BYTES) .. "…"
  end
  return show.text(value)
end

return show
