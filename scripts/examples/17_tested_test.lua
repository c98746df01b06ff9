-- Tests of 17_tested.lua. Nothing here runs df, or reaches a server; a week takes no time.
local test = require "forager.test"

local table_of_df = [[
Use% Mounted on
 41% /
 95% /var
]]

test.it("tells of a disk that is nearly full", function(t)
  t:fake("sh", table_of_df)
  t:fake("http.post", { status = 204 })
  t:load "17_tested.lua"
  t:equal(t:call "disk.report", { "/var" })
  t:equal(t:calls("http.post")[1].json, { full = { "/var" } })
end)

test.it("is silent when there is room", function(t)
  t:fake("sh", table_of_df)
  t:load "17_tested.lua"
  t:equal(t:call("disk.report", 99), {})
  t:equal(t:calls "http.post", {})
end)

test.it("looks every morning", function(t)
  t:fake("sh", table_of_df)
  t:fake("http.*", "")
  t:load "17_tested.lua"
  t:advance "7d"
  t:equal(#t:calls "http.post", 7)
end)

test.it("fails when nobody hears it", function(t)
  t:fake("sh", table_of_df)
  t:load "17_tested.lua"
  t:fail("http.*", { at = 1, code = "timed_out" })
  t:raises("timed_out", function()
    t:call "disk.report"
  end)
end)
