-- Trying things: inputs that are compiled and run one after another. Globals stay, locals are their input's own.
local known = require "forager.known"
local show = require "forager.show"

local session = {}

function session.serve(chunk)
  _G.forager = known.library
  chunk()
  native.serve_session()
end

-- An expression, or else statements. Lines count from `line` on.
local function compiled(text, line)
  local above = ("\n"):rep(line - 1)
  local chunk, problem = load(above .. "return " .. text, "@stdin", "t")
  if not chunk then
    chunk, problem = load(above .. text, "@stdin", "t")
  end
  return chunk or error(native.syntax_failure(problem, "stdin", above .. text), 0)
end

-- What is no data becomes text, but for numbers, which are text where they are shown.
local function as_data(value)
  if value == nil then
    return native.null
  end
  local fine, data = pcall(native.as_data, value, "the result", true)
  if fine then
    return data
  end
  return show.text(value)
end

local function all_data(results)
  if results.n < 2 then
    return results.n == 1 and as_data(results[1]) or nil
  end
  local list = {}
  for i = 1, results.n do
    list[i] = as_data(results[i])
  end
  return native.list(list)
end

-- Gives the values of an input as text, or nil where there are none, and as data.
function session.evaluate(text, line)
  local results = table.pack(compiled(text, line)())
  local texts = {}
  for i = 1, results.n do
    texts[i] = show.result(results[i])
  end
  return results.n > 0 and table.concat(texts, "\n") or nil, all_data(results)
end

return session
