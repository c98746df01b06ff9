-- Raising what scripts catch: an error table with a code, a sentence and the place in the script.
local failure = {}

---@param fields table  code, message, and what belongs to them
function failure.raise(fields)
  error(native.failure(fields), 0)
end

-- For the caller's mistakes.
function failure.bad(message, ...)
  failure.raise { code = "bad_arguments", message = message:format(...) }
end

-- For what a script declares wrongly: it does not load.
function failure.declare(message, ...)
  failure.raise { code = "bad_arguments", message = message:format(...), declaration = true }
end

return failure
