-- Monitors of containers, each told over HTTP to whom the engine is, too.
local forager = require "forager"

forager.func {
  name = "bench.told",
  args = { { "event" } },
  run = function(_, event)
    forager.http.post("unix:SOCKET:/told/" .. event.container.name)
  end,
}

for number = 1, tonumber "COUNT" do
  forager.monitor { name = "m" .. number, container = "c" .. number, interval = "1m", call = "bench.told" }
end
