-- What a script finds around it, and data.
local forager = require "forager"
local spec = require "spec"
local it, equal, raises, contains = spec.it, spec.equal, spec.raises, spec.contains

local function missing(name)
  return not pcall(load("return " .. name))
end

it("an undefined global is an error that names it", function()
  contains(select(2, pcall(load "return tiemout")), "'tiemout'")
end)

it("what reaches outside is not there", function()
  for _, name in ipairs { "io", "dofile", "loadfile", "package", "debug", "native" } do
    equal(missing(name), true)
  end
  equal({ rawget(os, "execute"), rawget(os, "exit"), rawget(os, "remove"), string.dump }, {})
  equal(load("\27Lua", "x", "b") == nil, true)
  contains(select(2, pcall(collectgarbage, "stop")), "agent")
end)

it("what os does not have is an error that says what stands for it", function()
  local fine, problem = pcall(function()
    return os.execute "ls"
  end)
  equal(fine, false)
  contains(problem, "os has no 'execute' (commands are run with forager.sh)")
end)

it("a method that is called with a dot, or does not exist, is an error that says so", function()
  local task = forager.spawn(function() end)
  for call, told in pairs {
    [function()
      task.join()
    end] = "'join' is a method: call it with a colon, task:join(…)",
    [function()
      local name = "jion" -- not to be seen by `check`
      task[name](task)
    end] = "a task has no 'jion' (did you mean 'join'?)",
    [function()
      return task.size
    end] = "a task has no 'size' (task:join() gives its result)",
  } do
    contains(tostring(select(2, pcall(call))), told)
  end
end)

it("the names of the library are checked, too", function()
  contains(
    select(
      2,
      pcall(function()
        return forager.slep
      end)
    ),
    "'sleep'"
  )
  contains(select(2, pcall(require, "no.such")), "no/such.lua")
  contains(select(2, pcall(require, "../spec")), "not the name")
end)

it("the agent's secrets are not in the environment", function()
  equal(os.getenv "COLONIES_PRVKEY", nil)
  equal(forager.sh("echo $COLONIES_PRVKEY").stdout, "\n")
  equal(forager.env.get("NO_SUCH_NAME", "fallback"), "fallback")
  raises("not_found", forager.env.need, "NO_SUCH_NAME")
end)

it("what a script does to its surroundings stays with the script", function()
  local kept = string.format
  rawset(string, "format", nil)
  local ok, text = pcall(forager.time.text, 5400)
  rawset(string, "format", kept)
  equal({ ok, text }, { true, "1 h 30 m" })
end)

it("a module is loaded once", function()
  equal(require "spec" == spec, true)
end)

it("no pattern, string or table takes more memory than there is", function()
  contains(select(2, pcall(string.rep, "x", 1 << 40)), "too large")
  contains(
    select(
      2,
      pcall(function()
        local held = {}
        for i = 1, 1000 do
          held[i] = ("x"):rep(1000000 + i)
        end
        return held
      end)
    ),
    "192 MB"
  )
end)

it("endless recursion is an error", function()
  local function again()
    return 1 + again()
  end
  contains(select(2, pcall(again)), "stack overflow")
end)

it("JSON comes back as it was", function()
  local text = '{"a":[],"b":{},"c":[1,null,1.0,-0.5],"d":null,"e":"\\u0000ü"}'
  equal(forager.json.encode(forager.json.decode(text)), text)
  equal(forager.json.decode "null" == forager.null, true)
  contains(raises("bad_arguments", forager.json.decode, '{"a":\n?}').message, "line 2")
  contains(raises("bad_arguments", forager.json.encode, { a = { 0 / 0 } }).message, "a[1]")
  contains(raises("bad_arguments", forager.json.encode, { a = print }).message, ".a is a function")
  local loop = {}
  loop.self = loop
  contains(raises("bad_arguments", forager.json.encode, loop).message, "itself")
end)

it("functions check their arguments before they run", function()
  forager.func {
    name = "spec.typed",
    args = { { "text", "string" }, { "count", "integer", default = 2 }, { "items", "list", default = {} } },
    run = function(_, text, count, items)
      return text:rep(count), #items
    end,
  }
  equal(forager.call("spec.typed", "a"), { "aa", 0 })
  equal(forager.call("spec.typed", { text = "b", count = 3 }), { "bbb", 0 })
  contains(raises("bad_arguments", forager.call, "spec.typed", 1).message, "'text'")
  contains(raises("bad_arguments", forager.call, "spec.typed", { text = "a", cuont = 1 }).message, "'count'")
  contains(raises("not_found", forager.call, "spec.typd").message, "spec.typed")
end)

it("key-value updates of one key take turns", function()
  forager.kv.set("n", 0)
  local function add()
    forager.kv.update("n", function(n)
      forager.sleep "1ms"
      return n + 1
    end)
  end
  forager.all(add, add, add)
  equal(forager.kv.get "n", 3)
  equal(forager.kv.list(), { "n" })
end)

it("HTTP answers are results, no connection an error", function()
  local server = [[
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = answer
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()]]
  local port = forager.channel(1)
  local task <close> = forager.spawn(function()
    forager.sh {
      "python3",
      "-c",
      server,
      on_line = function(line)
        port:send(line)
      end,
    }
  end)
  local url = "http://127.0.0.1:" .. port:receive()
  equal(forager.http.post(url .. "/x", { json = { a = { 1 } } }):json(), { a = { 1 } })
  equal(forager.http.get(url .. "/gone").status, 404)
  task:cancel()
  pcall(task.join, task)
  local _, problem = pcall(forager.http.get, url, { timeout = "5s" })
  equal(problem.code == "refused" or problem.code == "unreachable", true)
end)

it("the environment cannot be changed from here", function()
  raises("bad_arguments", function()
    forager.env.NEW = "1"
  end)
end)

spec.finish()
