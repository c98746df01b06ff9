-- The workflow document of the operator service: read, and refused with the name of the field where it is wrong.
local forager = require "forager"

local document = {}

local function wrong(field, message, ...)
  error({ code = "bad_arguments", message = field .. " " .. message:format(...), retry = false }, 0)
end

local null = forager.null

local function kind_of(value)
  local kind = value == null and "null" or math.type(value) == "integer" and "integer" or type(value)
  return (kind:find "^[aeiou]" and "an " or "a ") .. kind
end

-- A field of this Lua type; nil where it may be left out and is.
local function field(of, path, name, wanted, needed)
  local value = of[name]
  if value == null then
    value = nil
  end
  if value == nil and not needed then
    return nil
  end
  if type(value) ~= wanted then
    wrong(path .. "." .. name, value == nil and "is missing" or "must be a %s, not %s", wanted, kind_of(value))
  end
  return value
end

local function text(of, path, name, needed)
  return field(of, path, name, "string", needed)
end

local function whole(of, path, name)
  local number = field(of, path, name, "number")
  if number and (math.tointeger(number) == nil or number < 0) then
    wrong(path .. "." .. name, "must be a whole number, 0 or more, not %s", tostring(number))
  end
  return math.tointeger(number)
end

-- An id becomes the name of a folder.
local function short_id(id, path)
  local short = id:gsub("^did:op:", "")
  if short == "" or short == "." or short == ".." or short:find "[/%z\n]" then
    wrong(path .. ".id", "cannot be the name of a folder: '%s'", id)
  end
  return short
end

local function is_place(url)
  local scheme = url:match "^(%a[%w+.-]*)://"
  if scheme then
    return scheme == "http" or scheme == "https" or scheme == "s3" or scheme == "file"
  end
  return url:sub(1, 1) == "/"
end

local function check_url(url, path)
  if type(url) ~= "string" then
    wrong(path, "must be a string, not %s", kind_of(url))
  end
  if not is_place(url) then
    wrong(path, "must begin with https://, http://, s3:// or file://, or be an absolute path, not '%s'", url)
  end
  return url
end

-- A string or a list of them, as a list.
local function urls(of, path)
  local given = of.url
  if given == nil or given == null then
    return {}
  end
  if type(given) == "string" then
    return { check_url(given, path .. ".url") }
  end
  if type(given) ~= "table" or (#given == 0 and next(given) ~= nil) then
    wrong(path .. ".url", "must be a string or a list of strings, not %s", kind_of(given))
  end
  local list = {}
  for position, url in ipairs(given) do
    list[position] = check_url(url, ("%s.url[%d]"):format(path, position - 1))
  end
  return list
end

local function check_sum(sum, path)
  local hex = type(sum) == "string" and sum:match "^sha256:(%x+)$"
  if not hex or #hex ~= 64 then
    wrong(path, [[must be "sha256:" and 64 hexadecimal digits, not %s]], forager.json.encode(sum))
  end
  return hex:lower()
end

-- Of one file a text, of several a list: as many as there are files.
local function checksums(of, path, count)
  local given = of.checksum
  if given == nil or given == null then
    return {}
  end
  path = path .. ".checksum"
  local list = type(given) == "table" and given or { given }
  if #list ~= count then
    wrong(path, "has %d checksums for %d files", #list, count)
  end
  local sums = {}
  for position, sum in ipairs(list) do
    sums[position] = check_sum(sum, type(given) == "table" and ("%s[%d]"):format(path, position - 1) or path)
  end
  return sums
end

local function check_remote(of, path)
  if of.remote ~= nil and of.remote ~= null and (of.url == nil or of.url == null) then
    wrong(path .. ".remote", "asks a provider for signed links, which this agent does not do: give the files' url")
  end
end

local function list_of(of, path, name)
  local list = field(of, path, name, "table", true)
  if #list == 0 and next(list) ~= nil then
    wrong(path .. "." .. name, "must be a list, not a table")
  end
  return list
end

local function input(given, path)
  if type(given) ~= "table" then
    wrong(path, "must be a table, not %s", kind_of(given))
  end
  local before = whole(given, path, "previousStage")
  local id = text(given, path, "id", before == nil)
  check_remote(given, path)
  local places = urls(given, path)
  return {
    id = id and short_id(id, path),
    folder = id and short_id(id, path) or ("stage-%d"):format(before),
    urls = places,
    checksums = checksums(given, path, #places),
    before = before,
  }
end

local function inputs(stage, path)
  local list = {}
  for position, given in ipairs(list_of(stage, path, "input")) do
    list[position] = input(given, ("%s.input[%d]"):format(path, position - 1))
  end
  return list
end

-- IMAGE@sha256:… or IMAGE:TAG.
local function image(container, path, needed)
  local name = text(container, path, "image", needed)
  local sum, tag = text(container, path, "checksum"), text(container, path, "tag")
  if not name or name == "" then
    return needed and wrong(path .. ".image", "is empty") or nil
  end
  if sum and sum:find "^sha256:" then
    return name .. "@" .. sum
  end
  return tag and tag ~= "" and name .. ":" .. tag or name
end

local function algorithm(stage, path, needs_image)
  local given = field(stage, path, "algorithm", "table", true)
  path = path .. ".algorithm"
  local container = field(given, path, "container", "table", needs_image) or {}
  local entry = text(container, path .. ".container", "entrypoint") or "$ALGO"
  local code = text(given, path, "rawcode") or ""
  local places = urls(given, path)
  check_remote(given, path)
  -- The service takes a shorter text for none.
  if #code <= 10 and #places > 0 then
    code = ""
  end
  if code == "" and #places == 0 and entry:find("ALGO", 1, true) then
    wrong(path, "needs rawcode or url: its entrypoint is '%s'", entry)
  end
  local data = given.algocustomdata
  local id = text(given, path, "id")
  return {
    id = id and short_id(id, path) or "",
    rawcode = code,
    urls = code == "" and places or {},
    checksums = checksums(given, path, code == "" and #places or 1),
    custom = data ~= nil and data ~= null and forager.json.encode(data) or nil,
    image = image(container, path .. ".container", needs_image),
    entry = entry,
  }
end

local function amount(of, path, name)
  local number = field(of, path, name, "number")
  if number and number <= 0 then
    wrong(path .. "." .. name, "must be more than 0, not %s", tostring(number))
  end
  return number
end

local function compute(stage, path)
  local given = field(stage, path, "compute", "table", true)
  path = path .. ".compute"
  local resources = field(given, path, "resources", "table") or {}
  local at = path .. ".resources"
  return {
    maxtime = amount(given, path, "maxtime"),
    cpus = amount(resources, at, "nCPU"),
    memory = amount(resources, at, "ramGB"),
    gpus = whole(resources, at, "nGPU"),
    disk = amount(resources, at, "diskGB"),
  }
end

local function stage(given, path, position, needs_image)
  if type(given) ~= "table" then
    wrong(path, "must be a table, not %s", kind_of(given))
  end
  field(given, path, "output", "table", true)
  return {
    path = path,
    index = whole(given, path, "index") or position - 1,
    inputs = inputs(given, path),
    algorithm = algorithm(given, path, needs_image),
    compute = compute(given, path),
  }
end

-- Each comes once, and gets outputs of earlier ones alone.
local function check_order(stages)
  local seen = {}
  for _, one in ipairs(stages) do
    if seen[one.index] then
      wrong(one.path .. ".index", "is %d, as that of another stage", one.index)
    end
    for position, given in ipairs(one.inputs) do
      if given.before and not seen[given.before] then
        local path = ("%s.input[%d].previousStage"):format(one.path, position - 1)
        wrong(path, "is %d, and no stage of this index comes before stage %d", given.before, one.index)
      end
    end
    seen[one.index] = true
  end
end

-- The stages in the order of their index. `given` is the document as it is submitted, or as the service stores it.
function document.read(given, needs_image)
  local path = "workflow"
  if given.stages == nil and type(given.spec) == "table" then
    given, path = field(given.spec, "workflow.spec", "metadata", "table", true), "workflow.spec.metadata"
  end
  local list = list_of(given, path, "stages")
  if #list == 0 then
    wrong(path .. ".stages", "is empty")
  end
  local stages = {}
  for position, one in ipairs(list) do
    stages[position] = stage(one, ("stages[%d]"):format(position - 1), position, needs_image)
  end
  table.sort(stages, function(a, b)
    return a.index < b.index
  end)
  check_order(stages)
  return stages
end

return document
