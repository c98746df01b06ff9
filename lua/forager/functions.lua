-- What a script declares: functions, timers, handlers of events.
local context = require "forager.context"
local failure = require "forager.failure"
local hooks = require "forager.hooks"
local known = require "forager.known"
local messages = require "forager.messages"
local options = require "forager.options"

local functions = {}

local function_options = known.options("func", {
  name = "string",
  doc = "string",
  args = "table",
  timeout = "duration",
  retries = "count",
  concurrency = "count",
  durable = "boolean",
  version = "string|integer",
  changed = "string",
  orphans = "string",
  run = "handler",
}, 1)

local argument_options = { name = "string", type = "string", default = "any", doc = "string" }

local types = { "string", "integer", "number", "boolean", "list", "table", "any" }

local function is_type(name)
  for _, type_name in ipairs(types) do
    if type_name == name then
      return true
    end
  end
  return false
end

local function parameter(what, position, given)
  what = ("%s: argument %d"):format(what, position)
  if type(given) == "string" then
    failure.declare([[%s is '%s', and must be a name and a type, as in { "%s", "string" }]], what, given, given)
  end
  options.check(what, given, argument_options, 2, failure.declare)
  local name, type_name = given[1] or given.name, given[2] or given.type or "any"
  if type(name) ~= "string" then
    failure.declare([[%s needs a name, as in { "picture", "string" }]], what)
  end
  if not is_type(type_name) then
    local near = native.nearest(tostring(type_name), types)
    local hint = near and ("did you mean '%s'?"):format(near) or "types are " .. table.concat(types, ", ")
    failure.declare("%s ('%s') has no type '%s': %s", what, name, tostring(type_name), hint)
  end
  return { name = name, type = type_name, default = options.data(what .. ": default", given.default) }
end

local function parameters(what, given)
  if given == nil then
    return nil
  end
  local list = native.list {}
  for key in pairs(given) do
    if math.type(key) ~= "integer" then
      failure.declare([[%s: 'args' is a list, as in { { "picture", "string" } }]], what)
    end
  end
  local seen = {}
  for position, entry in ipairs(given) do
    local one = parameter(what, position, entry)
    if seen[one.name] then
      failure.declare("%s: argument %d is called '%s' like argument %d", what, position, one.name, seen[one.name])
    end
    seen[one.name] = position
    list[position] = one
  end
  return list
end

function functions.func(given)
  if type(given) == "string" then
    failure.declare([[func takes one table: func { name = '%s', run = function(ctx) … end }]], given)
  end
  options.check("func", given, function_options, 0, failure.declare)
  if given.name == nil then
    failure.declare [[func needs a name: func { name = "FAMILY.NAME", run = function(ctx) … end }]]
  end
  local what = ("func '%s'"):format(given.name)
  if given.run == nil then
    failure.declare("%s needs a function 'run'", what)
  end
  if given.changed and given.changed ~= "continue" and given.changed ~= "fail" then
    failure.declare([[%s: changed is "continue" or "fail", not "%s"]], what, given.changed)
  end
  if given.orphans and given.orphans ~= "end" and given.orphans ~= "adopt" then
    failure.declare([[%s: orphans is "end" or "adopt", not "%s"]], what, given.orphans)
  end
  if not given.durable and (given.version or given.changed or given.orphans) then
    failure.declare("%s: 'version', 'changed' and 'orphans' are for durable functions: add durable = true", what)
  end
  native.declare_function({
    name = given.name,
    doc = given.doc,
    parameters = parameters(what, given.args),
    timeout = given.timeout,
    retries = given.retries,
    concurrency = given.concurrency,
    durable = given.durable,
    version = given.version and tostring(given.version),
    adopts = given.orphans == "adopt",
    fails_when_changed = given.changed == "fail" or (given.version ~= nil and given.changed == nil),
  }, given.run)
end

local function tick(fn, ctx)
  local ok, problem = pcall(fn, ctx)
  if not ok then
    native.log("every: " .. native.error_text(problem))
  end
end

known.arguments("every", "duration", "handler")
known.gives("every", "task")

-- Calls `fn` at once and then every `period`; a call that takes longer than that is not overtaken by the next.
function functions.every(period, fn)
  options.argument("every", 1, period, "duration", failure.declare)
  options.argument("every", 2, fn, "function", failure.declare)
  local seconds = native.duration(period)
  if seconds == 0 then
    failure.declare "every: the period must be longer than 0"
  end
  native.declare_every(seconds, fn)
  local task = native.spawn_for_script(function()
    local ctx = context.new(native.new_id(), "every")
    local due = native.monotonic_time()
    while true do
      tick(fn, ctx)
      local now = native.monotonic_time()
      due = due + math.max(1, math.ceil((now - due) / seconds)) * seconds
      native.sleep(math.max(0, due - now))
    end
  end)
  -- Where nothing is begun, a task that has nothing to do stands in.
  return task or native.spawn(nil, 0, math.abs, 0)
end

known.arguments("on", "string", "handler")
local on_options = known.options("on", {
  durable = "boolean",
  secret_file = "string",
  signature = "string",
  concurrency = "count",
  group = "string",
  name = "string",
  labels = "table",
  namespace = "string",
}, 3)

-- `owner` is told apart from others who listen to the same event.
function functions.listen(event, fn, given, owner)
  options.argument("on", 1, event, "string", failure.declare)
  options.argument("on", 2, fn, "function", failure.declare)
  given = options.check("on", given or {}, on_options, 0, failure.declare)
  if not event:find "^%l[%l%d-]*:" then
    failure.declare([[on: '%s' is no event: it is SOURCE:WHAT, as in "redis:orders.*" or "file:/srv/*.csv"]], event)
  end
  local is_hook, is_message = event:find "^http:" ~= nil, messages.is_event(event)
  if (given.secret_file or given.signature) and not is_hook then
    failure.declare("on: secret_file and signature are for http: events, not for '%s'", event)
  end
  if given.concurrency and not is_message then
    failure.declare("on: concurrency is for messages of brokers, not for '%s'", event)
  end
  if given.group and not event:find "^redis%-stream:" then
    failure.declare("on: group is for redis-stream: events, not for '%s'", event)
  end
  if is_hook then
    hooks.check(event, given)
    fn = hooks.handler(event, fn)
  elseif is_message then
    fn = messages.handler(event, fn)
  end
  local is_object = event:find "^k8s:" ~= nil
  if (given.name or given.labels) and not is_object and not event:find "^docker:" then
    failure.declare("on: name and labels are for docker: and k8s: events, not for '%s'", event)
  end
  if given.namespace and not is_object then
    failure.declare("on: namespace is for k8s: events, not for '%s'", event)
  end
  options.names("on: labels", given.labels, failure.declare)
  native.declare_watcher(event, given, fn, owner)
end

-- Has `fn` called for each event, while the agent runs the script. Sources that this build has none of yet are refused
-- by name.
function functions.on(event, fn, given)
  functions.listen(event, fn, given)
end

function functions.log(format, ...)
  native.log(context.formatted(format, ...))
end

return functions
