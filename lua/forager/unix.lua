-- Commands of the operating system.
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

local unix = {}

local command_options = known.options("sh", {
  check = "boolean",
  stdin = "string",
  env = "table",
  cwd = "string",
  timeout = "duration",
  user = "string",
  merge = "boolean",
  limit = "bytes",
  on_line = "function",
  limits = "table",
  scratch = "boolean",
}, 1, 2)

local limit_options = known.options("sh: limits", {
  cpu = "duration",
  memory = "bytes",
  file_size = "bytes",
  open_files = "count",
  processes = "count",
})

local function words(command)
  local argv = native.list {}
  for position = 1, #command do
    local word = command[position]
    if type(word) == "number" then
      word = tostring(word)
    elseif type(word) ~= "string" then
      failure.bad("sh: word %d of the command must be a string or a number, not a %s", position, type(word))
    end
    argv[position] = word
  end
  if #argv == 0 then
    failure.bad [[sh needs a command: sh "ls -l" or sh { "ls", "-l" }]]
  end
  return argv
end

-- Numbers become text; what is no environment is refused.
function unix.environment(what, given)
  local env = {}
  for name, value in pairs(given or {}) do
    if type(name) ~= "string" or name == "" or name:find "[=%z]" then
      failure.bad("%s: '%s' is no name for an environment variable", what, tostring(name))
    end
    if type(value) ~= "string" and type(value) ~= "number" then
      failure.bad("%s: environment variable '%s' must be a string or a number, not a %s", what, name, type(value))
    end
    env[name] = tostring(value)
  end
  return env
end

local function kernel_limits(given)
  if given == nil then
    return nil
  end
  options.check("sh: limits", given, limit_options)
  return {
    cpu_seconds = given.cpu and math.ceil(native.duration(given.cpu)),
    memory_bytes = given.memory and options.bytes(given.memory),
    file_bytes = given.file_size and options.bytes(given.file_size),
    open_files = given.open_files,
    processes = given.processes,
  }
end

local function specification(argv, given)
  return {
    argv = argv,
    check = given.check,
    stdin = given.stdin,
    env = unix.environment("sh", given.env),
    cwd = given.cwd,
    timeout = given.timeout,
    user = given.user,
    merge = given.merge,
    limit = given.limit and options.bytes(given.limit),
    limits = kernel_limits(given.limits),
    scratch = given.scratch,
  }
end

local lines_metatable = {
  __close = function(lines)
    native.lines_close(lines.id)
  end,
}

-- However the command ends, and if it never starts: no more lines come.
local writer_metatable = {
  __close = function(writer)
    native.lines_end(writer.id)
  end,
}

-- Runs `start` as a task of its own while this one hands on the lines.
function unix.with_lines(start, on_line)
  local lines <close> = setmetatable({ id = native.lines_open() }, lines_metatable)
  local task <close> = native.spawn(nil, 0, function()
    local writer <close> = setmetatable({ id = lines.id }, writer_metatable)
    return start(writer.id)
  end)
  while true do
    local line, stream = native.lines_next(lines.id)
    if not line then
      return task:join()
    end
    on_line(line, stream)
  end
end

-- Calls work(OPTIONS, LINES, …), whose lines `on_line` hears, if it is there, while it goes on.
function unix.heard(work, on_line, given, ...)
  if not on_line then
    return work(given, nil, ...)
  end
  local more = table.pack(...)
  return unix.with_lines(function(lines)
    return work(given, lines, table.unpack(more, 1, more.n))
  end, on_line)
end

function unix.sh(command, given)
  local argv
  if type(command) == "string" then
    argv = native.list { "/bin/sh", "-c", command }
    if type(given) == "string" then
      failure.bad([[sh takes a line and options, not '%s' behind it: sh "ls -l" or sh { "ls", "-l" }]], given)
    end
    given = options.check("sh", given or {}, command_options)
  elseif type(command) == "table" and given == nil then
    given = options.check("sh", command, command_options, #command)
    argv = words(command)
  else
    failure.bad [[sh takes a command line and options, or one table: sh("ls -l", { … }) or sh { "ls", "-l", … }]]
  end
  if given.scratch and given.cwd then
    failure.bad "sh takes one of 'cwd' and 'scratch'"
  end
  local spec = specification(argv, given)
  if not given.on_line then
    return native.unix_run(spec)
  end
  return unix.with_lines(function(lines)
    return native.unix_run(spec, lines)
  end, given.on_line)
end

return unix
