-- What `require "forager.test"` gives, in files that `forager test` runs.
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

if not native.tests and not native.checks then
  failure.raise({
    code = "refused",
    message = "forager.test is there in files named *_test.lua that 'forager test' runs, and nowhere else",
  }, true)
end

local difference = require "forager.test_difference"
local fakes = require "forager.test_fakes"
local json = require "forager.json"
local show = require "forager.show"

local test = {}

---@class forager.Test
local Test = known.object("test", { __name = "test" })
Test.__index = Test

local function fail(format, ...)
  failure.raise { code = "failed", message = format:format(...), retry = false }
end

local function check(self, what)
  if getmetatable(self) ~= Test then
    failure.bad("this is not the test: call it as t:%s(…), with a colon", what)
  end
end

-- The scripts, and the agent that they live in

-- Loads a script, as an agent does; its path begins at the folder of the file of tests.
function Test:load(path)
  check(self, "load")
  native.test_load(options.argument("load", 1, path, "string"))
end

-- Calls a function by its name, as ctx:call does.
function Test:call(name, ...)
  check(self, "call")
  return native.test_call(options.argument("call", 1, name, "string"), ...)
end

-- Lets time go by: timers, schedules and whatever sleeps go on in it.
function Test:advance(duration)
  check(self, "advance")
  options.argument("advance", 1, duration, "duration")
  native.test_advance(duration)
end

-- Seconds since 1970, by the calendar of the test.
function Test:now()
  check(self, "now")
  return native.wall_time()
end

-- The agent is killed, and starts again.
function Test:restart()
  check(self, "restart")
  native.test_restart()
end

-- What scripts and tests have printed so far.
function Test:lines()
  check(self, "lines")
  return native.test_lines()
end

-- Events

-- An event, named as the source would: "docker:die", "file:/var/spool/in/a.csv".
function Test:event(event, payload)
  check(self, "event")
  return native.test_happen(options.argument("event", 1, event, "string"), payload)
end

-- A message of a broker, as "redis:orders.new"; a table is sent as JSON.
function Test:publish(event, payload)
  check(self, "publish")
  options.argument("publish", 1, event, "string")
  options.argument("publish", 2, payload, "string|table")
  local text = type(payload) == "table" and json.encode(payload) or payload
  return native.test_happen(event, { channel = event:match ":(.*)$", payload = text })
end

local request_options = known.options("request", {
  json = "any",
  body = "string",
  headers = "table",
  query = "table",
}, 2)

-- A request to a hook, as "POST /hooks/build"; gives what the hook answers.
function Test:request(request, given)
  check(self, "request")
  options.argument("request", 1, request, "string")
  given = options.check("request", given or {}, request_options)
  local method, path = request:match "^(%u+) (/.*)$"
  if not method then
    failure.bad([[request: it is a method and a path, as in "POST /hooks/build", not %q]], request)
  end
  local body = given.json ~= nil and json.encode(given.json) or given.body or ""
  return native.test_happen("http:" .. request, {
    method = method,
    path = path,
    query = given.query or {},
    headers = given.headers or {},
    body = body,
  })
end

-- One pass of a reconciler over a document, as the agent makes it; `mode`: "apply" (the default) or "delete".
function Test:reconcile(document, mode)
  check(self, "reconcile")
  options.argument("reconcile", 1, document, "table")
  return native.test_call("reconciler." .. tostring(document.kind), document, mode or "apply")
end

-- The world

-- Answers calls of this name, "docker.*" for all of a family: with the same each time, or with one after the other.
function Test:fake(name, ...)
  check(self, "fake")
  options.argument("fake", 1, name, "string")
  fakes.add(name, ...)
  if not name:find "*" then
    native.test_stand_in(name)
  end
end

-- Leaves calls of this name to the world.
function Test:real(name)
  check(self, "real")
  fakes.real(options.argument("real", 1, name, "string"))
end

local fault_options = { at = "count", times = "count", code = "string", message = "string" }
known.options("fail", fault_options, 2)

-- Calls of this name fail from now on; only the call `at`, or `times` of them.
function Test:fail(name, given)
  check(self, "fail")
  options.argument("fail", 1, name, "string")
  given = options.check("fail", given or {}, fault_options)
  local first = given.at or 1
  local times = given.times or (given.at and 1) or math.huge
  fakes.fail(name, { code = given.code or "unreachable", message = given.message }, first, first + times - 1)
end

-- The calls that reached for the world, in their order; of one name, or all.
function Test:calls(name)
  check(self, "calls")
  return fakes.calls(name)
end

-- Checks

-- Fails unless both are the same data.
function Test:equal(actual, expected, what)
  check(self, "equal")
  local lines = difference(actual, expected)
  if lines then
    fail("%s%s", what and what .. ": " or "", lines)
  end
end

-- Fails unless the text holds this part.
function Test:contains(text, part)
  check(self, "contains")
  if type(text) ~= "string" or not text:find(part, 1, true) then
    fail("%s does not contain %s", show.text(text), show.text(part))
  end
end

local function words_of(problem)
  local message = type(problem) == "table" and problem.message
  return type(message) == "string" and message or tostring(problem)
end

local function is_wanted(problem, wanted)
  local code = type(problem) == "table" and problem.code
  return wanted == nil or code == wanted or words_of(problem):find(wanted, 1, true) ~= nil
end

-- Fails unless `fn` raises an error with this code, or with this in its message; gives the error.
function Test:raises(wanted, fn)
  check(self, "raises")
  if type(wanted) == "function" then
    wanted, fn = nil, wanted
  end
  options.argument("raises", 2, fn, "function")
  local ok, problem = pcall(fn)
  if ok then
    fail("nothing was raised%s", wanted and ", and " .. show.text(wanted) .. " should have been" or "")
  elseif not is_wanted(problem, wanted) then
    fail("%s was raised, and %s should have been", show.text(words_of(problem)), show.text(wanted))
  end
  return problem
end

-- Declarations

local within = {}

local it_options = known.options("test.it", { kill = "string", skip = "string" }, 2)

local function declare(name, given, fn)
  options.argument("test.it", 1, name, "string", failure.declare)
  options.check("test.it", given, it_options, 0, failure.declare)
  options.argument("test.it", 3, fn, "function", failure.declare)
  if given.kill and given.kill ~= "every step" then
    failure.declare([[test '%s': kill is "every step", not "%s"]], name, given.kill)
  end
  if native.checks then
    return
  end
  local full = table.concat(within, ": ") .. (#within > 0 and ": " or "") .. name
  native.test_declare({ name = full, kill = given.kill ~= nil, skip = given.skip }, function()
    fn(setmetatable({}, Test))
  end)
end

-- A test; options stand between its name and its function.
function test.it(name, given, fn)
  if fn == nil then
    given, fn = {}, given
  end
  declare(name, given, fn)
end

-- Tests that belong together: their names begin with this one.
function test.describe(name, fn)
  options.argument("test.describe", 1, name, "string", failure.declare)
  options.argument("test.describe", 2, fn, "function", failure.declare)
  within[#within + 1] = name
  fn()
  within[#within] = nil
end

if native.tests then
  native.test_answer(fakes.answer)
end

return test
