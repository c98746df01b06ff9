-- forager.colony.workflows: calls that the colony begins one after the other.
local calls = require "forager.colony_calls"
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

local workflows = {}

local id_of = calls.id_of

local workflow_options = known.options("colony.workflows.submit", { wait = "boolean", detach = "boolean" }, 2)

-- The workflow, or with `wait` what its tasks gave, by their names. See colony.submit.
function workflows.submit(tasks, given)
  local what = "colony.workflows.submit"
  options.argument(what, 1, tasks, "table")
  given = options.check(what, given or {}, workflow_options)
  if given.detach ~= nil and not given.wait then
    failure.bad("%s: 'detach' goes with 'wait': who does not wait takes nothing along", what)
  end
  local list = calls.tasks(what, tasks)
  if given.wait then
    return native.colony_run_workflow(list, given.detach or false)
  end
  return native.colony_submit_workflow(list)
end

function workflows.wait(workflow, ...)
  options.no_more("colony.workflows.wait", 1, ...)
  return native.colony_wait_for_workflow(id_of("colony.workflows.wait", workflow))
end

function workflows.get(workflow, ...)
  options.no_more("colony.workflows.get", 1, ...)
  return native.colony_get_workflow(id_of("colony.workflows.get", workflow))
end

function workflows.cancel(workflow, ...)
  options.no_more("colony.workflows.cancel", 1, ...)
  native.colony_cancel_workflow(id_of("colony.workflows.cancel", workflow))
end

local list_options = known.options("colony.workflows.list", { state = "string", count = "count" }, 1)

function workflows.list(given)
  return native.colony_list_workflows(options.check("colony.workflows.list", given or {}, list_options))
end

return workflows
