-- Puts what a stage has made to where its results belong: a folder of this machine, or the object store. Each file is
-- looked at again where it has arrived.
local forager = require "forager"
local files, s3 = forager.files, forager.s3

local publish = {}

local function failed(message, ...)
  error({ code = "not_published", message = message:format(...) }, 0)
end

local function encoded(path)
  return (path:gsub("[^%w%-._~/]", function(letter)
    return ("%%%02X"):format(letter:byte())
  end))
end

local function into_folder(folder)
  return function(from, name)
    local to = ("%s/%s"):format(folder, name)
    files.make_folder((to:gsub("/[^/]*$", "")))
    files.copy(from, to)
    if files.hash(to) ~= files.hash(from) then
      failed("%s is not what it was a copy of", to)
    end
    return "file://" .. encoded(to)
  end
end

local function into_store(bucket, prefix)
  return function(from, name)
    local key = prefix .. name
    local put = s3.put(key, { bucket = bucket, from_file = from })
    local there = s3.head(key, { bucket = bucket })
    if not there or there.size ~= files.status(from).size or there.sha256 ~= put.sha256 then
      failed("s3://%s/%s is not there as it was put", bucket, key)
    end
    return ("s3://%s/%s"):format(bucket, key)
  end
end

-- What takes a file (its path, the name that it gets) there, and gives its URL. Nothing where `results` is no place.
function publish.target(results)
  local bucket, prefix = results:match "^s3://([^/]+)/?(.*)$"
  if bucket then
    return into_store(bucket, (prefix == "" or prefix:sub(-1) == "/") and prefix or prefix .. "/")
  end
  local folder = results:gsub("^file://[^/]*", ""):gsub("/+$", "")
  return folder:sub(1, 1) == "/" and into_folder(folder) or nil
end

-- Publishes one file, as harvest lists them, and gives what is told of it.
function publish.file(put, one)
  local size = files.status(one.path).size
  return { filename = one.filename, filesize = size, url = put(one.path, one.name), type = one.type }
end

return publish
