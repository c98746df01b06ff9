-- A few words for tests in Lua: each `it` is one, and `finish` says how many passed.
local spec = { passed = 0, failed = 0 }

local forager = require "forager"
local json = forager.json

local function shown(value)
  local ok, text = pcall(json.encode, value)
  return ok and text or tostring(value)
end

-- Runs fn as a task, so that what it leaves behind ends with it.
function spec.it(sentence, fn)
  local ok, problem = pcall(forager.all, fn)
  spec[ok and "passed" or "failed"] = spec[ok and "passed" or "failed"] + 1
  if not ok then
    print("FAILED " .. sentence .. "\n  " .. tostring(problem))
  end
end

function spec.equal(found, wanted)
  if shown(found) ~= shown(wanted) then
    error("found " .. shown(found) .. " instead of " .. shown(wanted), 2)
  end
end

-- Calls fn, which must raise an error of this code; gives the error.
function spec.raises(code, fn, ...)
  local ok, problem = pcall(fn, ...)
  if ok then
    error("nothing was raised", 2)
  end
  if type(problem) ~= "table" or problem.code ~= code then
    error("raised " .. tostring(problem) .. " instead of " .. code, 2)
  end
  return problem
end

function spec.contains(text, part)
  if not tostring(text):find(part, 1, true) then
    error(("'%s' is not in '%s'"):format(part, tostring(text)), 2)
  end
end

function spec.finish()
  print(("%d passed, %d failed"):format(spec.passed, spec.failed))
  if spec.failed > 0 then
    error "some tests failed"
  end
end

return spec
