-- Hears of config maps that change, and puts down how long each was under way: SPACE, COUNT and FILE are filled in.
local forager = require "forager"

local times = {}
forager.on("k8s:configmaps/modified", function(_, event)
  local sent = event.object.metadata.annotations.sent
  if sent == "ready" then
    forager.files.write("FILE.ready", "")
  end
  if sent:find "^%a" then
    return
  end
  times[#times + 1] = forager.time.monotonic() - tonumber(sent)
  if #times == tonumber "COUNT" then
    forager.files.write("FILE", forager.json.encode(times))
  end
end, { namespace = "SPACE", labels = { bench = "yes" } })
