-- Files, and data as text: written in one step, read back, packed.
local forager = require "forager"
local files, json = forager.files, forager.json

local folder = files.temp_folder "example"
local _ <close> = setmetatable({}, {
  __close = function()
    files.remove(folder, { tree = true })
  end,
})

files.write(folder .. "/data.json", json.encode { list = json.array {}, half = 0.5 })
local data = json.decode(files.read(folder .. "/data.json"))
local archive = files.archive { folder .. "/data.json", to = folder .. "/data.tar.gz" }

return { half = data.half, entries = archive.entries, names = files.list(folder) }
