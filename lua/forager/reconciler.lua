-- Reconcilers: what a script says of one kind of documents, and one pass over one of them. Nothing is remembered from
-- pass to pass: each looks at what there is.
local context = require "forager.context"
local copy = require "forager.data"
local failure = require "forager.failure"
local functions = require "forager.functions"
local known = require "forager.known"
local options = require "forager.options"
local tasks = require "forager.tasks"

local reconciler = {}

---@class forager.Reconciler
local Reconciler = known.object "reconciler"
Reconciler.__index = Reconciler

-- What belongs to a handle: { kind, actual, apply, delete, timeout }.
local parts = setmetatable({}, { __mode = "k" })

-- A document as the functions of a reconciler get it: its name, its generation and all of its spec can be read from it
-- directly. Its own members (kind, metadata, spec) come first.
local Desired = {}

function Desired.__index(document, name)
  local metadata = rawget(document, "metadata")
  if name == "name" then
    return metadata.name
  elseif name == "generation" then
    return metadata.generation or 1
  end
  local value = rawget(document, "spec")[name]
  if value == native.null then
    return nil
  end
  return value
end

-- One pass

local function is_nothing(value)
  return value == nil or value == native.null
end

local function sorted_names(...)
  local seen, names = {}, {}
  for _, values in ipairs { ... } do
    for name in pairs(values) do
      if not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  table.sort(names, function(a, b)
    return tostring(a) < tostring(b)
  end)
  return names
end

-- The path of the first difference, items counted from 0 as wherever documents are spoken of; nil where there is none.
-- null is as good as a missing member.
local function difference(wanted, found, path)
  if is_nothing(wanted) and is_nothing(found) or wanted == found then
    return nil
  elseif type(wanted) ~= "table" or type(found) ~= "table" then
    return path
  end
  for _, name in ipairs(sorted_names(wanted, found)) do
    local inner = math.type(name) == "integer" and ("%s[%d]"):format(path, name - 1) or path .. "." .. tostring(name)
    local differs = difference(wanted[name], found[name], inner)
    if differs then
      return differs
    end
  end
  return nil
end

-- Why something has to be done; nil: it is as it should be.
local function reason_for(desired, found)
  if found == nil then
    return "there is nothing yet"
  elseif type(found) ~= "table" then
    return "it is not as the spec says"
  end
  local path = difference(desired.spec, found, "spec")
  return path and path .. " differs"
end

local function status_of(what, given)
  if is_nothing(given) then
    return nil
  end
  local wrong = type(given) ~= "table" and ("not a " .. type(given))
  for _, name in ipairs { "phase", "message" } do
    if not wrong and given[name] ~= nil and type(given[name]) ~= "string" then
      wrong = ("and its '%s' is a string, not a %s"):format(name, type(given[name]))
    end
  end
  if wrong then
    failure.bad("%s gives nothing, or a table: the status to be shown, %s", what, wrong)
  end
  return copy(given, "the status of " .. what)
end

local function look(work, ctx, desired)
  local found = work.actual(ctx, desired)
  if found == native.null then
    return nil
  end
  return found
end

local modes = {}

function modes.look(work, ctx, desired)
  local found = look(work, ctx, desired)
  local reason = reason_for(desired, found)
  return { actual = found, action = reason and "apply" or "nothing", reason = reason or "it is as the spec says" }
end

local function apply(work, ctx, desired, forced)
  local found = look(work, ctx, desired)
  local reason = reason_for(desired, found) or forced and "somebody asked for it"
  if not reason then
    return { actual = found, action = "none", reason = "it is as the spec says" }
  end
  local status = status_of("apply", work.apply(ctx, desired, found))
  return { actual = found, action = "applied", reason = reason, status = status }
end

function modes.apply(work, ctx, desired)
  return apply(work, ctx, desired, false)
end

function modes.force(work, ctx, desired)
  return apply(work, ctx, desired, true)
end

-- Also where there is nothing any more: what belongs to it may be left.
function modes.delete(work, ctx, desired)
  if not work.delete then
    return { action = "deleted", reason = "there is nothing to clean up" }
  end
  local found = look(work, ctx, desired)
  local status = status_of("delete", work.delete(ctx, desired, found))
  return { actual = found, action = "deleted", reason = "it is not wanted any more", status = status }
end

local function pass(work, ctx, document, mode)
  return modes[mode](work, ctx, setmetatable(native.reconcile_document(work.kind, document), Desired))
end

-- The handle, for trying a reconciler without an agent

local stand_ins = { actual = "handler", apply = "handler", delete = "handler" }
known.options("reconcile", stand_ins, 2)
known.options("delete", stand_ins, 2)

local function part_of(self, what)
  return parts[self] or failure.bad("this is not a reconciler: call it as reconciler:%s(…), with a colon", what)
end

-- What a pass that raised has come to.
local function failed(problem)
  return {
    action = "failed",
    status = { phase = "Degraded", message = native.failure_data(problem).message },
    error = problem,
  }
end

local function with_phase(done, phase)
  done.status = done.status or {}
  done.status.phase = done.status.phase or phase
  done.status.message = done.status.message or ""
  return done
end

local function try(what, self, document, given, mode, phase)
  local own = part_of(self, what)
  options.argument(what, 1, document, "table")
  given = options.check(what, given or {}, stand_ins)
  local work = setmetatable({ actual = given.actual, apply = given.apply, delete = given.delete }, { __index = own })
  document = native.reconcile_document(own.kind, copy(document, "the document")) -- a wrong one is the caller's mistake
  if native.checks then
    native.sleep(0) -- what the script goes on with is made up
    return with_phase({ action = mode == "delete" and "deleted" or "applied", reason = "" }, phase)
  end
  local ctx = context.new(native.new_id(), "reconciler." .. own.kind)
  local ok, done = pcall(tasks.timeout, own.timeout, pass, work, ctx, document, mode)
  return ok and with_phase(done, phase) or failed(done)
end

-- One pass over the document, here and now.
function Reconciler:reconcile(document, given)
  return try("reconcile", self, document, given, "apply", "Running")
end

-- The same towards nothing.
function Reconciler:delete(document, given)
  return try("delete", self, document, given, "delete", "Deleted")
end

-- What is heard

-- { EVENT, function, option = … }, and not a list of such.
local function is_one(watch)
  for key in pairs(watch) do
    if type(key) == "string" then
      return true
    end
  end
  return type(watch[2]) == "function"
end

local function watches_of(watch)
  if watch == nil then
    return {}
  elseif type(watch) == "string" then
    return { { watch } }
  elseif is_one(watch) then
    return { watch }
  end
  local list = {}
  for position, one in ipairs(options.list("reconciler: watch", watch, failure.declare)) do
    if type(one) ~= "string" and type(one) ~= "table" then
      failure.declare("reconciler: watch[%d] is an event, or a table of an event and a function", position)
    end
    list[position] = type(one) == "string" and { one } or one
  end
  return list
end

-- What it gives names the document that the event is about; nil: none; true: any of them.
local function hearing(kind, name_of)
  return function(_, event)
    local name = true
    if name_of then
      name = name_of(event)
    end
    if type(name) == "string" then
      native.reconcile_touch(kind, name)
    elseif name == true then
      native.reconcile_touch(kind, "")
    elseif name then
      failure.bad("the watch of '%s' gives the name of a document, true or nothing, not a %s", kind, type(name))
    end
  end
end

local function listen(kind, watch)
  local event, name_of = watch[1], watch[2]
  options.argument("reconciler: watch", 1, event, "string", failure.declare)
  if name_of ~= nil then
    options.argument("reconciler: watch", 2, name_of, "function", failure.declare)
  end
  local rest = {}
  for name, value in pairs(watch) do
    if name ~= 1 and name ~= 2 then
      rest[name] = value
    end
  end
  functions.listen(event, hearing(kind, name_of), rest, "reconciler " .. kind)
end

-- The declaration

local reconciler_options = known.options("reconciler", {
  kind = "string",
  doc = "string",
  schema = "table",
  every = "duration",
  watch = "string|table",
  actual = "handler",
  apply = "handler",
  delete = "handler",
  timeout = "duration",
}, 1)

local function check_kind(kind)
  if kind == nil then
    failure.declare [[reconciler needs the kind of its documents, as in kind = "WebSite"]]
  elseif not kind:find "^%a%w*$" or #kind > 63 then
    failure.declare("reconciler: a kind is one word of at most 63 letters and digits, a letter first, not '%s'", kind)
  elseif kind:lower() == "executordeployment" then
    failure.declare "reconciler: ExecutorDeployment is built in: give your documents another kind"
  end
end

local function check(given)
  options.check("reconciler", given, reconciler_options, 0, failure.declare)
  check_kind(given.kind)
  for _, name in ipairs { "actual", "apply" } do
    if not given[name] then
      failure.declare("reconciler '%s' needs a function '%s'", given.kind, name)
    end
  end
  for _, name in ipairs { "every", "timeout" } do
    if given[name] and native.duration(given[name]) == 0 then
      failure.declare("reconciler '%s': '%s' must be longer than 0", given.kind, name)
    end
  end
  options.data(("reconciler '%s': schema"):format(given.kind), given.schema)
end

known.gives("reconciler", "reconciler")

-- Keeps the documents of a kind, under the agent; gives a handle to try it with.
function reconciler.declare(given)
  check(given)
  local watches = watches_of(given.watch)
  local work = {
    kind = given.kind,
    actual = given.actual,
    apply = given.apply,
    delete = given.delete,
    timeout = native.duration(given.timeout or "5m"),
  }
  native.declare_reconciler({
    kind = given.kind,
    doc = given.doc,
    schema = given.schema,
    every = native.duration(given.every or "30s"),
    timeout = work.timeout,
    has_delete = given.delete ~= nil,
  }, function(ctx, document, mode)
    local done = pass(work, ctx, document, mode)
    done.actual = nil -- it need not be data
    return done
  end)
  for _, watch in ipairs(watches) do
    listen(given.kind, watch)
  end
  local handle = setmetatable({ kind = given.kind }, Reconciler)
  parts[handle] = work
  return handle
end

return reconciler
