-- What a test answers in place of the world: fakes, faults, and the calls that there were. One state runs one test.
local failure = require "forager.failure"
local json = require "forager.json"
local show = require "forager.show"

local fakes = {}

local calls, answers, faults = {}, {}, {}

-- What reads, and keeps nothing: a test may leave that to the world.
local harmless = {
  ["ctx:folder"] = true,
  ["files.exists"] = true,
  ["files.glob"] = true,
  ["files.hash"] = true,
  ["files.list"] = true,
  ["files.list_archive"] = true,
  ["files.read"] = true,
  ["files.status"] = true,
}

-- A call as tests see it: { name, args, options }, whose options can be read from it directly.
local call_metatable = {
  __index = function(call, key)
    return rawget(call, "options")[key]
  end,
}

local function is_options(value)
  return type(value) == "table" and value ~= native.null and #value == 0
end

-- The native functions whose lines somebody may hear take (options, lines, …).
local function hears(args)
  return math.type(args[2]) == "integer" and (args[1] == native.null or is_options(args[1]))
end

local function read_arguments(call, args)
  local lines_at = hears(args) and 2 or nil
  for position, value in ipairs(args) do
    if is_options(value) and next(call.options) == nil then
      call.options = value
    elseif position ~= lines_at and value ~= native.null then
      call.args[#call.args + 1] = value
    end
  end
  call.heard = lines_at ~= nil
end

local adapt = {
  sh = function(call)
    local argv = call.options.argv
    call.line = (#argv == 3 and argv[1] == "/bin/sh" and argv[2] == "-c") and argv[3] or table.concat(argv, " ")
  end,
  ["http.request"] = function(call)
    call.names[#call.names + 1] = "http." .. call.options.method:lower()
    call.json = call.options.json and call.options.json[1]
  end,
}

local function new_call(name, args, where)
  local call = setmetatable({ name = name, names = { name }, args = {}, options = {}, where = where }, call_metatable)
  read_arguments(call, args)
  if adapt[name] then
    adapt[name](call)
  end
  return call
end

local function fits(pattern, call)
  for _, name in ipairs(call.names) do
    if pattern == name or pattern == "*" then
      return true
    elseif pattern:sub(-2) == ".*" and name:sub(1, #pattern - 1) == pattern:sub(1, -2) then
      return true
    end
  end
  return false
end

-- What was asked for as a script would write it, about.
local function written(call)
  if call.line then
    return ("sh %q"):format(call.line)
  elseif call.options.url then
    return ("%s(%q)"):format(call.names[#call.names], call.options.url)
  end
  local words = {}
  for _, value in ipairs(call.args) do
    words[#words + 1] = show.text(value)
  end
  if next(call.options) ~= nil then
    words[#words + 1] = show.text(call.options)
  end
  return ("%s(%s)"):format(call.names[#call.names], table.concat(words, ", "))
end

-- Shapes: what a plain answer stands for, so that it looks as what the world gives

local function rest_of_time(call, seconds)
  local limit = call.options.timeout and native.duration(call.options.timeout)
  if limit and seconds > limit then
    native.sleep(limit)
    local within = native.duration_text(limit)
    failure.raise { code = "timed_out", message = ("%s: not done within %s"):format(call.name, within) }
  end
  native.sleep(seconds)
end

local function completed(call, given)
  if type(given) ~= "table" then
    given = { stdout = given and tostring(given) or "" }
  end
  local result = { stdout = "", stderr = "", code = 0, seconds = 0.0 }
  for name, value in pairs(given) do
    result[name] = value
  end
  rest_of_time(call, result.seconds)
  if result.code ~= 0 and call.options.check ~= false then
    local words = result.stderr ~= "" and result.stderr or result.stdout
    local tail = words ~= "" and ": " .. words or ""
    failure.raise {
      code = "exit",
      message = ("`%s` ended with status %d%s"):format(call.line or call.name, result.code, tail),
      exit_code = result.code,
      stdout = result.stdout,
      stderr = result.stderr,
    }
  end
  local lines = {}
  for line in call.heard and result.stdout:gmatch "[^\n]+" or function() end do
    lines[#lines + 1] = line
  end
  return result, lines
end

local function response(call, given)
  if type(given) ~= "table" then
    given = { body = given }
  end
  local result = { status = 200, reason = "", headers = {}, body = "", url = call.options.url }
  for name, value in pairs(given) do
    result[name] = value
  end
  if given.json ~= nil then
    result.json, result.body = nil, json.encode(given.json)
  end
  rest_of_time(call, result.seconds or 0)
  result.seconds = nil
  return result
end

local shapes = {
  sh = completed,
  ["docker.run"] = completed,
  ["docker.exec"] = completed,
  ["k8s.exec"] = completed,
  ["k8s.run_job"] = completed,
  ["http.request"] = response,
}

-- Answers

local function raise(call, given)
  local fields = {}
  for name, value in pairs(given) do
    fields[name] = value
  end
  fields.message = fields.message or ("%s: %s, as the test wants it"):format(call.names[#call.names], given.code)
  failure.raise(fields)
end

local function faulty(call)
  for _, fault in ipairs(faults) do
    if fits(fault.pattern, call) then
      fault.seen = fault.seen + 1
      if fault.seen >= fault.first and fault.seen <= fault.last then
        return fault.error
      end
    end
  end
end

local function fake_for(call)
  for position = #answers, 1, -1 do
    if fits(answers[position].pattern, call) then
      return answers[position]
    end
  end
end

local function suggestion(call, stub)
  local shape = shapes[call.name]
  if shape == completed then
    return '{ stdout = "" }'
  elseif shape == response then
    return '{ status = 200, body = "" }'
  elseif stub ~= nil then
    return show.text(stub)
  end
  return "function(call) return nil end"
end

local function unanswered(call, stub, why)
  local message = ("%s was asked for, and the test %s: add\n    t:fake(%q, %s)"):format(
    written(call),
    why,
    call.names[#call.names],
    suggestion(call, stub)
  )
  native.test_complain(message, call.where)
  failure.raise { code = "refused", message = message, where = call.where ~= "" and call.where or nil, retry = false }
end

local function next_answer(call, fake, stub)
  fake.used = fake.used + 1
  if fake.count <= 1 then
    return fake.given[1]
  elseif fake.used > fake.count then
    unanswered(call, stub, ("has %d answers to it, and this is call %d"):format(fake.count, fake.used))
  end
  return fake.given[fake.used]
end

local function answer_of(call, fake, stub)
  local given = next_answer(call, fake, stub)
  if type(given) == "function" then
    given = given(call)
  end
  if type(given) == "table" and type(given.code) == "string" then
    raise(call, given)
  end
  local shape = shapes[call.name]
  if shape then
    return shape(call, given)
  end
  return given
end

-- Who answers: see agent/scripting/test_bench.hpp.
function fakes.answer(_, name, args, where, stub)
  local call = new_call(name, args, where)
  local fake, fault = fake_for(call), faulty(call)
  if not fake and not fault and harmless[name] then
    return "world"
  end
  calls[#calls + 1] = call
  if fault then
    raise(call, fault)
  elseif not fake then
    unanswered(call, stub, "has no answer to it")
  elseif fake.real then
    return "world"
  end
  return "answer", answer_of(call, fake, stub)
end

function fakes.add(pattern, ...)
  answers[#answers + 1] = { pattern = pattern, given = { ... }, count = select("#", ...), used = 0 }
end

function fakes.real(pattern)
  answers[#answers + 1] = { pattern = pattern, real = true }
end

function fakes.fail(pattern, error, first, last)
  faults[#faults + 1] = { pattern = pattern, error = error, first = first, last = last, seen = 0 }
end

-- The calls that there were, all of them or those of a name.
function fakes.calls(pattern)
  local found = {}
  for _, call in ipairs(calls) do
    if pattern == nil or fits(pattern, call) then
      found[#found + 1] = call
    end
  end
  return found
end

return fakes
