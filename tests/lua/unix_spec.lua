-- Commands.
local forager = require "forager"
local spec = require "spec"
local it, equal, raises, contains = spec.it, spec.equal, spec.raises, spec.contains
local sh = forager.sh

it("a line goes through the shell, words do not", function()
  equal(sh("echo $((1 + 2))").stdout, "3\n")
  equal(sh({ "printf", "%s", "$HOME `x`" }).stdout, "$HOME `x`")
  equal(sh({ "printf", "%s-%s", 1, 2.5 }).stdout, "1-2.5")
end)

it("bytes come back unchanged", function()
  equal(#sh("printf 'a\\000b\\377'").stdout, 4)
  equal(sh("cat", { stdin = "a\0\xff" }).stdout == "a\0\xff", true)
end)

it("a failure carries the status and both outputs", function()
  local problem = raises("exit", function()
    sh "echo out; echo err >&2; exit 3"
  end)
  equal({ problem.exit_code, problem.stdout, problem.stderr }, { 3, "out\n", "err\n" })
  contains(problem.where, "unix_spec.lua:")
  equal(sh("exit 3", { check = false }).code, 3)
  equal(sh("kill -9 $$", { check = false }).code, 137)
end)

it("environment, folder and merged outputs", function()
  equal(sh("echo $A", { env = { A = "b" } }).stdout, "b\n")
  equal(sh("pwd", { cwd = "/" }).stdout, "/\n")
  equal(sh("echo 1; echo 2 >&2; echo 3", { merge = true }).stdout, "1\n2\n3\n")
end)

it("a scratch folder is gone afterwards", function()
  local folder = sh("touch x; pwd", { scratch = true }).stdout:gsub("\n", "")
  equal(forager.files.exists(folder), false)
end)

it("output without end is cut, visibly", function()
  local out = sh("yes | head -c 3000000", { limit = "1MB" }).stdout
  contains(out, "bytes cut")
  equal(#out < 1100000, true)
end)

it("lines come while it runs, the last one without its end, too", function()
  local lines = {}
  sh("echo a; echo b; printf c", {
    on_line = function(line)
      forager.sleep "1ms"
      lines[#lines + 1] = line
    end,
  })
  equal(lines, { "a", "b", "c" })
  local count = 0
  sh("seq 1000", {
    on_line = function()
      count = count + 1
    end,
  })
  equal(count, 1000)
  local _, problem = pcall(sh, "yes", {
    on_line = function()
      error "enough"
    end,
  })
  contains(problem, "enough")
end)

it("a time limit ends all that the command started", function()
  local mark = "86399" .. math.random(100, 999)
  raises("timed_out", sh, ("setsid sleep %s & env -i setsid sleep %s & sleep %s"):format(mark, mark, mark), {
    timeout = "100ms",
  })
  equal(sh("grep -lz '^" .. mark .. "$' /proc/[0-9]*/cmdline 2>/dev/null | grep -v self", { check = false }).stdout, "")
end)

it("mistakes are named", function()
  contains(raises("bad_arguments", sh, { "ls", tiemout = "1s" }).message, "'timeout'")
  contains(raises("bad_arguments", sh, { "ls", timeout = {} }).message, "duration")
  raises("bad_arguments", sh, {})
  raises("bad_arguments", sh, { "ls", true })
  raises("bad_arguments", sh, "echo a\0b")
  contains(raises("not_found", sh, { "no-such-program" }).message, "no-such-program")
  raises("not_found", sh, { "ls", cwd = "/no/such/folder" })
end)

it("a failure has the place of the call, with on_line too", function()
  for _, options in ipairs { {}, { on_line = print } } do
    local problem = raises("exit", function()
      local _ = sh("exit 3", options)
    end)
    contains(problem.where, "unix_spec.lua:")
  end
end)

it("a thousand at once", function()
  local functions = {}
  for i = 1, 1000 do
    functions[i] = function()
      return sh({ "true" }).code
    end
  end
  local sum = 0
  for _, code in ipairs { forager.all(table.unpack(functions)) } do
    sum = sum + code
  end
  equal(sum, 0)
end)

it("what took too long is named as it was written", function()
  contains(
    raises("timed_out", forager.sh, "sleep 5", { timeout = "20ms" }).message,
    "`sleep 5` did not end within 20 ms"
  )
end)

it("a scratch folder and a folder of one's own exclude each other", function()
  contains(raises("bad_arguments", forager.sh, "true", { scratch = true, cwd = "/" }).message, "one of")
end)

it("a command that says why on stdout alone is quoted, too", function()
  contains(raises("exit", forager.sh, "echo no paper; exit 3").message, "no paper")
end)

spec.finish()
