-- One coroutine resumed TURNS times; for Forager and for lua5.4. Gives nanoseconds of CPU time for each there and back.
local turns = math.tointeger((...))
local resume, yield = coroutine.resume, coroutine.yield
local partner = coroutine.create(function()
  while true do
    yield()
  end
end)

resume(partner)
local begun = os.clock()
for _ = 1, turns do
  resume(partner)
end
local value = (os.clock() - begun) / turns * 1e9

print(('{"value": %.3f}'):format(value))
return { value = value }
