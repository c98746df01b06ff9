-- JSON, YAML, TOML and base64; time, the environment and values by key.
local forager = require "forager"
local spec = require "spec"
local it, equal, raises, contains = spec.it, spec.equal, spec.raises, spec.contains

local json, yaml, toml, base64 = forager.json, forager.yaml, forager.toml, forager.base64

it("JSON keeps integers, floats, empty lists and null apart", function()
  for _, text in ipairs {
    "[]",
    "{}",
    "null",
    "true",
    '""',
    "[null,1,1.0,-0.5,1e300]",
    "[9223372036854775807,-9223372036854775808]",
    '{"a":{"b":[[],{}]}}',
    '"\\u0000\\n\\"\\\\ü€😀"',
  } do
    equal(json.encode(json.decode(text)), text)
  end
  equal({ math.type(json.decode "1"), math.type(json.decode "1.0") }, { "integer", "float" })
  equal(json.decode '"\\ud83d\\ude00"', "😀")
end)

it("JSON that is none is refused with its place", function()
  for _, text in ipairs { "", "{", "[1,]", "{'a':1}", "nul", "1 2", '"\\ud800"', '"\n"', "[1]x", "01", "NaN" } do
    raises("bad_arguments", json.decode, text)
  end
  contains(raises("bad_arguments", json.decode, "[1,\n 2,\n x]").message, "line 3")
  raises("bad_arguments", json.decode, ("["):rep(100000))
  raises("bad_arguments", json.decode, 5)
end)

it("JSON can be written for people", function()
  local text = json.encode({ a = { 1 } }, { pretty = true })
  contains(text, "\n")
  equal(json.decode(text), { a = { 1 } })
  contains(raises("bad_arguments", json.encode, 1, { prety = true }).message, "'pretty'")
end)

it("what JSON cannot say is named with its path", function()
  contains(raises("bad_arguments", json.encode, { a = { b = { 1, print } } }).message, "a.b[2]")
  raises("bad_arguments", json.encode, { [1.5] = 1 })
  raises("bad_arguments", json.encode, { 1, 2, x = 3 })
  raises("bad_arguments", json.encode, { 1, nil, 3 })
  raises("bad_arguments", json.encode, 1 / 0)
  equal({ json.encode(json.array()), json.encode(nil) }, { "[]", "null" })
end)

it("YAML has the scalars of 1.2", function()
  equal(
    yaml.decode "a: [1, 1.5, yes, 'no', true, ~]\nb:\n  - x\n  - y: z\n",
    { a = { 1, 1.5, "yes", "no", true, forager.null }, b = { "x", { y = "z" } } }
  )
  equal(yaml.decode "a: |\n  one\n  two\n", { a = "one\ntwo\n" })
  equal(yaml.decode_all "a: 1\n---\nb: 2\n", { { a = 1 }, { b = 2 } })
end)

it("YAML comes back as it was", function()
  local value = { text = "yes: no\n# x", empty = "", list = { 1, 2.5, { a = false } }, null = forager.null }
  equal(yaml.decode(yaml.encode(value)), value)
  for _, text in ipairs { "1", "true", "null", "~", "1e3", "0x10", "- a", " x", "x ", "a: b", "#", "'", '"', "\t" } do
    equal(yaml.decode(yaml.encode { v = text }), { v = text })
  end
end)

it("YAML that is none, or that would grow without end, is refused", function()
  contains(raises("bad_arguments", yaml.decode, "a: [1,\nb: 2").message, "line")
  local bomb = { "a: &a [x, x, x, x, x, x, x, x, x]" }
  for i = 0, 12 do
    local name, before = string.char(98 + i), string.char(97 + i)
    bomb[#bomb + 1] = ("%s: &%s [%s]"):format(name, name, ("*" .. before .. ","):rep(9))
  end
  equal(pcall(yaml.decode, table.concat(bomb, "\n")), false)
end)

it("TOML comes back as it was", function()
  local value = { title = "x\n", port = 80, ratio = 0.5, on = true, list = { 1, 2 }, server = { { name = "a" } } }
  equal(toml.decode(toml.encode(value)), value)
  equal(toml.decode 'a.b = 1\n[c]\nd = "e"\n[[f]]\ng = 1\n', { a = { b = 1 }, c = { d = "e" }, f = { { g = 1 } } })
  contains(raises("bad_arguments", toml.decode, "a = 1\na = 2").message, "line 2")
  raises("bad_arguments", toml.encode, 5)
end)

it("base64 carries any bytes", function()
  local text = ""
  for i = 0, 255 do
    equal(base64.decode(base64.encode(text)) == text, true)
    text = text .. string.char(i)
  end
  equal(base64.encode "hello", "aGVsbG8=")
  raises("bad_arguments", base64.decode, "a*b=")
  raises("bad_arguments", base64.encode, 5)
end)

it("durations and points in time have their texts", function()
  local time = forager.time
  equal(
    { time.seconds "1h30m", time.seconds "250ms", time.seconds(5), time.seconds "1d" },
    { 5400.0, 0.25, 5.0, 86400.0 }
  )
  equal({ time.text(5400), time.text "90s" }, { "1 h 30 m", "1 m 30 s" })
  equal({ time.iso(0), time.iso(1772366400.9) }, { "1970-01-01T00:00:00Z", "2026-03-01T12:00:00Z" })
  local before = time.monotonic()
  forager.sleep "1ms"
  equal(time.monotonic() > before, true)
  raises("bad_arguments", time.iso, "now")
  raises("bad_arguments", time.seconds, "1 fortnight")
end)

it("the environment can be read", function()
  equal(forager.env.PATH == os.getenv "PATH", true)
  equal({ forager.env.get "NO_SUCH_NAME" == nil, forager.env.get("NO_SUCH_NAME", false) }, { true, false })
  contains(raises("not_found", forager.env.need, "NO_SUCH_NAME").message, "NO_SUCH_NAME")
  raises("bad_arguments", forager.env.get, 5)
end)

it("values by key are copies, listed by their beginning", function()
  local kv = forager.kv
  local mine = { list = { 1 } }
  kv.set("a/1", mine)
  mine.list[1] = 2
  kv.get("a/1").list[1] = 3
  equal(kv.get "a/1", { list = { 1 } })
  kv.set("a/0", false)
  equal(kv.get "a/0", false)
  equal({ kv.list "a/", kv.list "%" }, { { "a/0", "a/1" }, forager.json.array() })
  equal({ kv.delete "a/0", kv.delete "a/0", kv.get "a/0" == nil }, { true, false, true })
  raises("bad_arguments", kv.set, "a")
  raises("bad_arguments", kv.set, "a", print)
  raises("bad_arguments", kv.get, 5)
end)

it("null is a value that a key can have", function()
  forager.kv.set("null", forager.null)
  equal(forager.kv.get "null" == forager.null, true)
  equal(forager.kv.list "nu", { "null" })
end)

it("an update that fails leaves the value, and the next one has its turn", function()
  local kv = forager.kv
  kv.set("n", 1)
  equal(pcall(kv.update, "n", error), false)
  equal(kv.get "n", 1)
  equal(
    kv.update("n", function(n)
      return n + 1
    end),
    2
  )
  kv.update("n", function() end)
  equal(kv.get "n" == nil, true)
end)

it("what is not data is refused by the name of the call", function()
  contains(
    raises("bad_arguments", forager.json.encode, { a = { print } }).message,
    "json.encode: argument 1.a[1] is a function"
  )
  contains(raises("bad_arguments", forager.kv.set, "key", print).message, "kv.set: the value is a function")
  contains(
    raises("bad_arguments", forager.http.post, "http://localhost", { json = { f = print } }).message,
    "http.post: option 'json'.f"
  )
end)

it("an error table of the library holds what belongs to the error, and nothing else", function()
  local problem = raises("bad_arguments", forager.func, { name = "x" })
  local names = {}
  for name in pairs(problem) do
    names[#names + 1] = name
  end
  table.sort(names)
  equal(names, { "code", "message", "where" })
end)

spec.finish()
