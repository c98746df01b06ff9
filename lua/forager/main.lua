-- How the agent enters a script: its main chunk, and the functions that it declared.
local context = require "forager.context"
local workflow = require "forager.workflow"

local main = {}

-- The result of a script is what it returns; of one that returns a workflow, the workflow's.
function main.run(chunk, ...)
  local results = table.pack(chunk(...))
  -- The agent serves it for months: without what only its loading needed.
  if not native.runs and not native.checks then
    collectgarbage()
  end
  if results.n == 1 and workflow.is_workflow(results[1]) then
    return workflow.run_as_result(results[1])
  end
  -- A module may be checked by itself: what it gives is not for the agent.
  if not native.checks then
    return table.unpack(results, 1, results.n)
  end
end

function main.call(fn, id, name, durable, ...)
  return fn(context.new(id, name, durable), ...)
end

-- Calls `fn` for one message after the other, for as long as it is this turn's.
function main.hear(fn, id, name, turn)
  local ctx = context.new(id, name)
  local message = native.broker_take(turn)
  while message do
    fn(ctx, message)
    message = native.broker_take(turn)
  end
end

-- A session: the script's main chunk, then inputs.
function main.converse(chunk)
  require("forager.session").serve(chunk)
end

function main.evaluate(text, line)
  return require("forager.session").evaluate(text, line)
end

-- The library as data, for who reads scripts without running them.
function main.describe()
  return require "forager.describe"
end

return main
