-- HTTP against a small server.
local forager = require "forager"
local spec = require "spec"
local it, equal, raises, contains = spec.it, spec.equal, spec.raises, spec.contains
local http = forager.http

local server = [[
import http.server, json, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/slow":
            time.sleep(1000)
        if self.path == "/loop" or self.path == "/there":
            self.send_response(302)
            self.send_header("location", "/loop" if self.path == "/loop" else "/here")
            self.send_header("content-length", "0")
            self.end_headers()
            return
        if self.path == "/big":
            text = b"x" * 2000000
        else:
            text = json.dumps({"method": self.command, "path": self.path, "body": body.decode("latin-1"),
                               "headers": {k.lower(): v for k, v in self.headers.items()}}).encode()
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("content-length", str(len(text)))
        self.send_header("x-answer", "yes")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()]]

local port = forager.channel(1)
local _ <close> = forager.spawn(function()
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

it("each method is sent as such", function()
  for _, method in ipairs { "get", "post", "put", "patch", "delete" } do
    local answer = http[method](url .. "/x?q=1")
    equal({ answer.status, answer:json().method, answer:json().path }, { 200, method:upper(), "/x?q=1" })
  end
  local head = http.head(url .. "/x")
  equal({ head.status, head.body, head.headers["x-answer"] }, { 200, "", "yes" })
  equal(http.request(url, { method = "DELETE" }):json().method, "DELETE")
end)

it("bodies are JSON, bytes or a file", function()
  local json = http.post(url, { json = { a = { 1, forager.null } } }):json()
  equal({ json.body, json.headers["content-type"] }, { '{"a":[1,null]}', "application/json" })
  equal(http.put(url, { body = "a\0b" }):json().body, "a\0b")
  equal(http.post(url, { json = forager.null }):json().body, "null")
  local path = forager.files.temp_file()
  forager.files.write(path, "from a file")
  equal(http.post(url, { from_file = path }):json().body, "from a file")
  forager.files.remove(path)
end)

it("headers are sent", function()
  equal(http.get(url, { headers = { ["X-Mine"] = "1" } }):json().headers["x-mine"], "1")
end)

it("a 404 is a result", function()
  equal(http.get(url .. "/gone").status, 404)
end)

it("redirects are followed, but not without end", function()
  equal(http.get(url .. "/there"):json().path, "/here")
  equal(http.get(url .. "/there", { redirects = 0 }).status, 302)
  equal(pcall(http.get, url .. "/loop"), false)
end)

it("an answer can go to a file, and has its limit", function()
  local path = forager.files.temp_file()
  http.get(url .. "/big", { to_file = path })
  equal(forager.files.status(path).size, 2000000)
  forager.files.remove(path)
  raises("limit", http.get, url .. "/big", { limit = "1MB" })
end)

it("no answer is an error", function()
  raises("timed_out", http.get, url .. "/slow", { timeout = "100ms" })
  raises("timed_out", forager.timeout, "50ms", http.get, url .. "/slow")
  local problem = select(2, pcall(http.get, "http://127.0.0.1:1", { timeout = "5s" }))
  equal(problem.code == "refused" or problem.code == "unreachable", true)
  equal(pcall(http.get, "http://no-such-host.invalid", { timeout = "5s" }), false)
end)

it("mistakes are named", function()
  contains(raises("bad_arguments", http.get, url, { timout = "1s" }).message, "'timeout'")
  contains(raises("bad_arguments", http.post, url, { json = 1, body = "" }).message, "one of")
  contains(raises("bad_arguments", http.get, url, { headers = { a = 1 } }).message, "'a'")
  raises("bad_arguments", http.get)
  raises("bad_arguments", http.get, "no address")
  raises("bad_arguments", http.get, "ftp://127.0.0.1/")
  raises("bad_arguments", http.get, url, { headers = { a = "1\r\nb: 2" } })
end)

spec.finish()
