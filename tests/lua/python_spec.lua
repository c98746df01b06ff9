-- Python code called from Lua.
local forager = require "forager"
local spec = require "spec"
local it, equal, raises, contains = spec.it, spec.equal, spec.raises, spec.contains

local python = forager.python

it("a function gets its arguments as data and gives data back", function()
  local code = "def join(items, sep=',', **more):\n  return {'text': sep.join(items), 'more': more, 'n': len(items)}"
  equal(
    python { code = code, call = "join", args = { { "a", "b" } }, kwargs = { sep = "-", x = { 1, 2.5, true } } },
    { text = "a-b", more = { x = { 1, 2.5, true } }, n = 2 }
  )
  equal(python { code = "def f(*a): return list(a)", call = "f", args = {} }, forager.json.array())
end)

it("a tuple is several values, None is null", function()
  equal({ python { code = "def f(): return 1, 'two'", call = "f" } }, { 1, "two" })
  equal(python { code = "def f(a): return [None, a]", call = "f", args = { forager.null } }, {
    forager.null,
    forager.null,
  })
end)

it("without a function the variable 'result' is the result", function()
  equal(python { code = "result = {'a': [1, 2.0]}" }, { a = { 1, 2.0 } })
  equal(python { code = "x = 1" } or forager.null, forager.null)
end)

it("integers, floats and text come back as they were", function()
  local values = { 9007199254740993, -1, 0.1, 1.0, "ü\n\"'", "" }
  equal(python { code = "def same(v): return v", call = "same", args = { values } }, values)
end)

it("a file is as good as text", function()
  local folder = forager.files.temp_folder()
  local path = folder .. "/code.py"
  forager.files.write(path, "def twice(n):\n  return n * 2\n")
  equal(python { file = path, call = "twice", args = { 4 } }, 8)
  forager.files.remove(folder, { tree = true })
end)

it("what Python prints comes line by line, and never mixes with the result", function()
  local lines = {}
  local result = python {
    code = "import sys\nprint('one')\nprint('two')\nsys.stdout.flush()\nprint('three', file=sys.stderr)\nresult = 7",
    on_line = function(line, stream)
      lines[#lines + 1] = stream .. " " .. line
    end,
  }
  table.sort(lines)
  equal({ result, lines }, { 7, { "stderr three", "stdout one", "stdout two" } })
end)

it("a call leaves nothing for the next one, whichever process it runs in", function()
  local code = "import builtins, os\nresult = hasattr(builtins, 'left'), os.getppid()\nbuiltins.left = True"
  local parents = {}
  for turn = 1, 4 do
    local left
    left, parents[turn] = python { code = code }
    equal(left, false)
  end
  equal({ parents[3], parents[4] }, { parents[2], parents[2] })
end)

it("an exception is an error with its type, traceback and place", function()
  local problem = raises("script", python, { code = "def f():\n  raise ValueError('odd')", call = "f" })
  equal({ problem.message, problem.python_type, problem.where }, { "ValueError: odd", "ValueError", "<code>:2" })
  contains(problem.traceback, "in f")
end)

it("a function that is not there, or a result that is no data, is named", function()
  contains(select(2, pcall(python, { code = "x = 1", call = "nothing_here" })), "nothing_here")
  local ok, problem = pcall(python, { code = "result = object()" })
  equal(ok, false)
  contains(problem, "object")
  contains(select(2, pcall(python, { code = "def f(:", call = "f" })), "SyntaxError")
  contains(select(2, pcall(python, { code = "import sys\nsys.exit(4)" })), "4")
end)

it("environment and folder are options", function()
  equal(
    python { code = "import os\nresult = [os.getcwd(), os.environ['A']]", cwd = "/", env = { A = "b" } },
    { "/", "b" }
  )
end)

it("a time limit ends it with its children", function()
  raises("timed_out", python, { code = "import time\ntime.sleep(1000)", timeout = "300ms" })
  raises("timed_out", python, { code = "import subprocess\nsubprocess.run(['sleep', '1000'])", timeout = "300ms" })
end)

it("a failure that is no exception has the place of the call", function()
  local problem = raises("exit", function()
    local _ = python { code = "import sys\nsys.exit(3)" }
  end)
  contains(problem.where, "python_spec.lua:")
  equal(raises("script", python, { code = "\n1 / 0" }).where, "<code>:2")
end)

it("an interpreter can be chosen", function()
  local path = forager.sh("command -v python3").stdout:gsub("\n", "")
  equal(python { code = "result = 1", python = path }, 1)
  contains(select(2, pcall(python, { code = "result = 1", python = "/no/such/python" })), "/no/such/python")
end)

it("mistakes are named", function()
  contains(raises("bad_arguments", python, { code = "x", cal = "f" }).message, "'call'")
  contains(raises("bad_arguments", python, {}).message, "one of")
  contains(raises("bad_arguments", python, { code = "x", file = "y" }).message, "one of")
  contains(raises("bad_arguments", python, { code = "x", args = {} }).message, "'args'")
  local code = "def f(*args, **kwargs): return None"
  local function refused(given)
    given.code, given.call = code, "f"
    return raises("bad_arguments", python, given).message
  end
  contains(refused { args = { print } }, "'args'[1] is a function")
  contains(refused { args = { a = 1 } }, "must be a list")
  contains(refused { kwargs = { 1 } }, "names as keys")
  contains(refused { env = { A = print } }, "'A'")
end)

it("a number in the environment is text", function()
  equal(python { code = "import os\nresult = os.environ['N']", env = { N = 5 } }, "5")
end)

spec.finish()
