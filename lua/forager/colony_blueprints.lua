-- forager.colony.blueprints: desired states that the colony keeps, and the definitions of their kinds.
local copy = require "forager.data"
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

local blueprints = { definitions = {} }

local definitions = blueprints.definitions

-- A name, or a document that has one.
local function name_of(what, value)
  local name = value
  if type(value) == "table" then
    name = type(value.metadata) == "table" and value.metadata.name
  end
  if type(name) ~= "string" or name == "" then
    failure.bad("%s: argument 1 must be a name, or a document that has one, not %s", what, type(value))
  end
  return name
end

local function document_of(what, value)
  options.argument(what, 1, value, "table")
  return copy(options.names(what .. ": the document", value), what .. ": the document")
end

local list_options = known.options("colony.blueprints.list", { kind = "string" }, 1)

function blueprints.list(given)
  given = options.check("colony.blueprints.list", given or {}, list_options)
  return native.colony_list_blueprints(given.kind or "")
end

function blueprints.get(name, ...)
  options.no_more("colony.blueprints.get", 1, ...)
  return native.colony_get_blueprint(name_of("colony.blueprints.get", name))
end

function blueprints.add(document, ...)
  options.no_more("colony.blueprints.add", 1, ...)
  return native.colony_add_blueprint(document_of("colony.blueprints.add", document))
end

local update_options = known.options("colony.blueprints.update", { force = "boolean" }, 2)

-- Its status stays as it is.
function blueprints.update(document, given)
  local what = "colony.blueprints.update"
  document = document_of(what, document)
  given = options.check(what, given or {}, update_options)
  return native.colony_update_blueprint(document, given.force or false)
end

local apply_options = known.options("colony.blueprints.apply", { force = "boolean" }, 2)

-- A blueprint or a definition: added, or made like the document. Gives the document as the colony has it, and what was
-- done: "created", "configured" or "unchanged".
function blueprints.apply(document, given)
  local what = "colony.blueprints.apply"
  document = document_of(what, document)
  given = options.check(what, given or {}, apply_options)
  local applied = native.colony_apply_document(document, given.force or false)
  return applied.document, applied.change
end

function blueprints.remove(name, ...)
  options.no_more("colony.blueprints.remove", 1, ...)
  native.colony_remove_blueprint(name_of("colony.blueprints.remove", name))
end

local reconcile_options = known.options("colony.blueprints.reconcile", { force = "boolean" }, 2)

-- The process that does it.
function blueprints.reconcile(name, given)
  local what = "colony.blueprints.reconcile"
  name = name_of(what, name)
  given = options.check(what, given or {}, reconcile_options)
  return native.colony_reconcile_blueprint(name, given.force or false)
end

function blueprints.history(name, ...)
  options.no_more("colony.blueprints.history", 1, ...)
  return native.colony_blueprint_history(name_of("colony.blueprints.history", name))
end

-- For reconcilers.
function blueprints.set_status(name, status, ...)
  local what = "colony.blueprints.set_status"
  options.no_more(what, 2, ...)
  name = name_of(what, name)
  options.argument(what, 2, status, "table")
  native.colony_set_blueprint_status(name, copy(options.names(what .. ": the status", status), what .. ": the status"))
end

function definitions.list(...)
  options.no_more("colony.blueprints.definitions.list", 0, ...)
  return native.colony_list_definitions()
end

function definitions.get(name, ...)
  options.no_more("colony.blueprints.definitions.get", 1, ...)
  return native.colony_get_definition(name_of("colony.blueprints.definitions.get", name))
end

function definitions.add(document, ...)
  options.no_more("colony.blueprints.definitions.add", 1, ...)
  return native.colony_add_definition(document_of("colony.blueprints.definitions.add", document))
end

function definitions.remove(name, ...)
  options.no_more("colony.blueprints.definitions.remove", 1, ...)
  native.colony_remove_definition(name_of("colony.blueprints.definitions.remove", name))
end

for _, name in ipairs { "get", "remove", "reconcile", "history", "set_status" } do
  known.arguments("colony.blueprints." .. name, "string|table")
end
for _, name in ipairs { "add", "update", "apply", "definitions.add" } do
  known.arguments("colony.blueprints." .. name, "table")
end
known.arguments("colony.blueprints.definitions.get", "string|table")
known.arguments("colony.blueprints.definitions.remove", "string|table")

return blueprints
