-- What of a stage is published, and as what.
local forager = require "forager"
local files = forager.files

local harvest = {}

-- In the service's words, one of which has a letter less than it should.
local records = {
  { "algorithm", "algorithmLog", "logs" },
  { "filter", "filteringLog", "logs" },
  { "configure", "configrationLog", "adminlogs" },
}

-- Where the results of a stage are below the place of all results: as the service has them, and of several stages each
-- for itself.
local function place_of(job, stage)
  return #job.stages == 1 and job.id or ("%s/%d"):format(job.id, stage.index)
end

local function adder(list, place)
  return function(kind, folder, name, below)
    list[#list + 1] = {
      path = ("%s/%s"):format(folder, name),
      name = ("%s/data/%s/%s"):format(place, below, name),
      filename = name,
      type = kind,
    }
  end
end

-- What the algorithm has written itself.
local function add_own(area, add, files_in)
  for _, name in ipairs(files_in(area:at "outputs")) do
    add("output", area:at "outputs", name, "outputs")
  end
  for _, name in ipairs(files_in(area:at "logs")) do
    if name ~= "algorithm.log" and name ~= "filter.log" then
      add("algorithmLog", area:at "logs", name, "logs")
    end
  end
end

-- `holds_back`: nothing that the algorithm has made may leave.
function harvest.of(job, stage, holds_back)
  local area, list = job:area(stage.index), {}
  local add = adder(list, place_of(job, stage))
  if not holds_back then
    add_own(area, add, job.parts.area.files_in)
  end
  for _, record in ipairs(records) do
    local name = record[1] .. ".log"
    local says_outputs = holds_back and record[1] == "algorithm"
    if not says_outputs and files.exists(("%s/%s"):format(area.records, name)) then
      add(record[2], area.records, name, record[3])
    end
  end
  return list
end

-- The log of publishing itself.
function harvest.record(job, stage)
  local list = {}
  adder(list, place_of(job, stage))("publishLog", job:area(stage.index).records, "publish.log", "adminlogs")
  return list
end

return harvest
