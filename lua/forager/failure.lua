-- Raising what scripts catch: an error table with a code, a sentence and the place in the script.
local failure = {}

---@param fields table  code, message, and what belongs to them
---@param declaration? boolean  the script does not load
function failure.raise(fields, declaration)
  error(native.failure(fields, declaration), 0)
end

-- For the caller's mistakes.
function failure.bad(message, ...)
  failure.raise { code = "bad_arguments", message = message:format(...) }
end

-- For what a script declares wrongly: it does not load.
function failure.declare(message, ...)
  failure.raise({ code = "bad_arguments", message = message:format(...) }, true)
end

return failure
