-- The work area of one stage: the volume that its algorithm sees, and beside it, out of the algorithm's reach, what the
-- agent writes itself.
local forager = require "forager"
local files = forager.files

---@class compute.Area
local Area = {}
Area.__index = Area

local area = {}

-- Below the job's own folder. What is there already stays: a run may be here for the second time.
function area.open(folder, index)
  local root = ("%s/stage-%d"):format(folder, index)
  local one = setmetatable({ root = root, volume = root .. "/data", records = root .. "/records" }, Area)
  for _, name in ipairs { "inputs", "transformations", "outputs", "logs", "ddos" } do
    files.make_folder(("%s/%s"):format(one.volume, name))
  end
  files.make_folder(one.records)
  return one
end

function Area:at(name)
  return ("%s/%s"):format(self.volume, name)
end

-- Whether what configure has put there is still there.
function Area:is_ready()
  return files.exists(self.root .. "/ready")
end

function Area:ready()
  files.write(self.root .. "/ready", "")
end

-- For users whom nobody knows beforehand: they may read all, and write where an algorithm writes.
function Area:open_up()
  forager.sh { "chmod", "-R", "a+rX", self.volume }
  forager.sh { "chmod", "a+rwx", self.volume, self:at "outputs", self:at "logs" }
end

-- A log that begins anew, and is written in larger pieces than lines.
---@class compute.Record
local Record = {}
Record.__index = Record

local piece = 64 * 1024

function Area:record(name)
  local path = ("%s/%s.log"):format(self.records, name)
  local before = files.status(path)
  files.write(path, "")
  return setmetatable({ path = path, waiting = {}, bytes = 0, size = 0, before = before and before.size or 0 }, Record)
end

-- Whether the line is a new one: after a restart all of them are told again.
function Record:line(text)
  self.waiting[#self.waiting + 1] = text
  self.bytes = self.bytes + #text + 1
  self.size = self.size + #text + 1
  if self.bytes > piece then
    self:flush()
  end
  return self.size > self.before
end

function Record:flush()
  if #self.waiting > 0 then
    local text = table.concat(self.waiting, "\n") .. "\n"
    self.waiting, self.bytes = {}, 0
    files.append(self.path, text)
  end
end

function Record:__close()
  self:flush()
end

-- The regular files in a folder and below it, by their paths from there. Links are not followed, nor is the folder when
-- it has become one: what an algorithm writes must not make the agent read what the algorithm may not.
function area.files_in(folder)
  local found = {}
  local listed = forager.sh { "find", folder, "-type", "f", "-print0", limit = "64MB", check = false }
  for path in listed.stdout:gmatch "[^%z]+" do
    found[#found + 1] = path:sub(#folder + 2)
  end
  table.sort(found)
  return found
end

return area
