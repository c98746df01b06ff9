---@meta _

-- # Reconcilers

-- A document as the functions of a reconciler get it: what stands in its spec can be read from it directly
-- (`desired.replicas`), with the defaults of the schema.
---@class forager.Desired
---@field name string  metadata.name
---@field generation integer  metadata.generation: one more with each other spec
---@field kind string
---@field metadata table<string, any>
---@field spec table<string, any>
---@field [string] any

-- An event as of `on`, alone or with a function that says which document it is about (its name, true for all of the
-- kind, nil for none) and the options of `on`.
---@alias forager.ReconcileEvent string|{ [1]: string, [2]?: (fun(event: any): string|true|nil), [string]: any }

-- What there is: nil for nothing. A table that says the same as the spec: all is well.
---@alias forager.LookFunction fun(ctx: forager.Context, desired: forager.Desired): any

-- Gives the status that is shown.
---@alias forager.MakeFunction fun(ctx: forager.Context, desired: forager.Desired, actual: any): table?

---@class forager.ReconcilerOptions
---@field kind string  of the documents that it keeps: one word
---@field actual forager.LookFunction  looks
---@field apply forager.MakeFunction  makes it so
---@field delete? forager.MakeFunction  cleans up; default: there is nothing to do
---@field doc? string  for `forager functions`
---@field schema? table<string, any>  JSON Schema of the spec; its defaults are filled in; default: anything goes
---@field every? forager.Duration  a document is looked at so often though nothing is heard; default 30 s
---@field watch? forager.ReconcileEvent|forager.ReconcileEvent[]
---@field timeout? forager.Duration  of a pass; default 5 minutes

-- In the place of the reconciler's own functions.
---@class forager.ReconcileOptions
---@field actual? forager.LookFunction
---@field apply? forager.MakeFunction
---@field delete? forager.MakeFunction

-- What one pass has come to.
---@class forager.Pass
---@field action "applied"|"none"|"deleted"|"failed"
---@field reason? string  why
---@field actual any  what there was before
---@field status { phase: string, message: string, [string]: any }
---@field error? any  what was raised, of one that failed

-- What `forager.reconciler` gives: to try it with, without an agent.
---@class forager.Reconciler
---@field kind string
local Reconciler = {}

-- One pass over a document, here and now. What its functions raise is told as `failed`; a document that is wrong is
-- `bad_arguments` with `field`.
---@param document table<string, any>  kind, metadata, spec
---@param options? forager.ReconcileOptions
---@return forager.Pass
function Reconciler:reconcile(document, options) end

-- The same for a document that is deleted.
---@param document table<string, any>
---@param options? forager.ReconcileOptions
---@return forager.Pass
function Reconciler:delete(document, options) end
