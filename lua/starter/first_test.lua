-- Tests of first.lua. Nothing of the machine is touched: `df` is answered for. Try it: forager test
local test = require "forager.test"

test.it("says how full the disk is", function(t)
  t:load "first.lua"
  t:fake("sh", "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 100 42 58 42% /\n")
  t:equal(t:call("first.disk", "/tmp"), { folder = "/tmp", percent = 42 })
  t:equal(t:calls("sh")[1].argv, { "df", "-P", "/tmp" })
end)

test.it("fails where there is no such folder", function(t)
  t:load "first.lua"
  t:fake("sh", { code = 1, stderr = "df: /nowhere: No such file or directory" })
  t:raises("exit", function()
    t:call("first.disk", "/nowhere")
  end)
end)
