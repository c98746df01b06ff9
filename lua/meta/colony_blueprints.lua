---@meta _

-- # The colony's blueprints
-- Desired states that the colony keeps. Errors as of the colony, and `bad_arguments` with `field`, the path of the
-- member of a document that is wrong. A document may be in the words of before: kind CustomResourceDefinition,
-- apiVersion, metadata.namespace.

---@class forager.BlueprintMetadata
---@field name string  once in a colony
---@field colonyname? string  default the colony that is asked
---@field locationname? string  only reconcilers at this place see to it; default any
---@field labels? table<string, string>
---@field annotations? table<string, string>
---@field generation? integer  the server's: another one for each new spec
---@field createdAt? string
---@field updatedAt? string

---@class forager.Blueprint
---@field blueprintid? string  the server's
---@field kind string  one that a definition describes
---@field metadata forager.BlueprintMetadata
---@field spec? table<string, forager.Data>  what is wanted
---@field status? table<string, forager.Data>  as its reconciler tells it

---@class forager.BlueprintDefinition
---@field blueprintdefinitionid? string  the server's
---@field kind "BlueprintDefinition"|string
---@field metadata forager.BlueprintMetadata
---@field spec table<string, forager.Data>  names.kind, handler { executorType, functionName }, schema, group, version

---@class forager.BlueprintListOptions
---@field kind? string  default all

---@class forager.BlueprintUpdateOptions
---@field force? boolean  a new generation also where the spec is the same: all replicas are made anew

---@class forager.BlueprintApplyOptions
---@field force? boolean  as of `update`

---@class forager.BlueprintReconcileOptions
---@field force? boolean  as of `update`

---@class forager.BlueprintChange
---@field generation integer
---@field change "create"|"update"
---@field at? number
---@field changed_by string  the id of a key
---@field spec table<string, forager.Data>
---@field status table<string, forager.Data>

---@class forager.colony.blueprints
---@field definitions forager.colony.definitions  the kinds that there are
local blueprints = {}

-- The colony's blueprints.
---@param options? forager.BlueprintListOptions
---@return forager.Blueprint[]  by their names
function blueprints.list(options) end

-- A blueprint, with its status.
---@param name string|forager.Blueprint
---@return forager.Blueprint
function blueprints.get(name) end

-- Adds a new one; `refused` where the name is taken, or where it is not as the schema of its kind says.
---@param document forager.Blueprint
---@return forager.Blueprint
function blueprints.add(document) end

-- Gives one another spec. Its status stays.
---@param document forager.Blueprint
---@param options? forager.BlueprintUpdateOptions
---@return forager.Blueprint
function blueprints.update(document, options) end

-- Adds or updates what the document says, a blueprint or a definition. Gives it as the colony has it now.
---@param document forager.Blueprint|forager.BlueprintDefinition
---@param options? forager.BlueprintApplyOptions
---@return forager.Blueprint|forager.BlueprintDefinition
---@return "created"|"configured"|"unchanged"
function blueprints.apply(document, options) end

-- Removes one, and its reconciler what it has made.
---@param name string|forager.Blueprint
function blueprints.remove(name) end

-- Has it looked at now. Gives the process that does it.
---@param name string|forager.Blueprint
---@param options? forager.BlueprintReconcileOptions
---@return forager.ColonyProcess
function blueprints.reconcile(name, options) end

-- What it was before.
---@param name string|forager.Blueprint
---@return forager.BlueprintChange[]  the newest first, at most 100
function blueprints.history(name) end

-- Replaces the status, and changes nothing else: for reconcilers.
---@param name string|forager.Blueprint
---@param status table<string, forager.Data>
function blueprints.set_status(name, status) end

-- What adds and removes them needs the key of the colony's owner ([colony] owner_key); else `refused`.
---@class forager.colony.definitions
local definitions = {}

-- The kinds that there are.
---@return forager.BlueprintDefinition[]  by their names
function definitions.list() end

-- The definition of a kind.
---@param name string|forager.BlueprintDefinition
---@return forager.BlueprintDefinition
function definitions.get(name) end

-- Adds a kind.
---@param document forager.BlueprintDefinition
---@return forager.BlueprintDefinition
function definitions.add(document) end

-- Removes a kind; `refused` as long as there are blueprints of its kind.
---@param name string|forager.BlueprintDefinition
function definitions.remove(name) end
