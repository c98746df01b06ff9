-- Brings files from where they are: HTTP, the object store, a path of this machine. A file is there whole, and is what
-- its checksum says, or it is not there.
local forager = require "forager"
local files, http, s3 = forager.files, forager.http, forager.s3

local fetch = {}

local longest = "6h" -- of one file
local pauses = { 0.5, 1, 2, 4 }

local function failed(message, retry)
  error({ code = "not_had", message = message, retry = retry or false }, 0)
end

-- A server in trouble may be well again; what it says of the request stays true.
local function may_pass(status)
  return status >= 500 or status == 408 or status == 425 or status == 429
end

local function over_http(url, path)
  local ok, answer = pcall(http.get, url, { to_file = path, timeout = longest })
  if not ok then
    local code = answer.code
    failed(answer.message, code == "unreachable" or code == "refused" or code == "timed_out")
  end
  if answer.status < 200 or answer.status > 299 then
    failed(("%s answered %d %s"):format(url, answer.status, answer.reason), may_pass(answer.status))
  end
end

local function out_of_store(url, path)
  local bucket, key = url:match "^s3://([^/]+)/(.+)$"
  if not bucket then
    failed(("'%s' does not name an object: s3://BUCKET/KEY"):format(url))
  end
  local ok, problem = pcall(s3.get, key, { bucket = bucket, to_file = path })
  if not ok then
    failed(("%s: %s"):format(url, problem.message))
  end
end

local function decoded(path)
  return (path:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

local function of_this_machine(url, path)
  local from = url:match "^file://" and decoded(url:gsub("^file://[^/]*", "")) or url
  local ok, problem = pcall(files.copy, from, path)
  if not ok then
    failed(problem.message)
  end
end

local function way_of(url)
  if url:find "^https?://" then
    return over_http
  end
  return url:find "^s3://" and out_of_store or of_this_machine
end

local function again_and_again(way, url, path, say)
  for _, pause in ipairs(pauses) do
    local ok, problem = pcall(way, url, path)
    if ok then
      return
    end
    if not problem.retry then
      error(problem, 0)
    end
    say("%s; again in %s", problem.message, forager.time.text(pause))
    forager.sleep(pause)
  end
  way(url, path)
end

-- `say` hears what is done. Raises an error with the code `not_had`.
function fetch.file(url, path, checksum, say)
  again_and_again(way_of(url), url, path, say)
  local sum = files.hash(path)
  if checksum and sum ~= checksum then
    failed(("the SHA-256 of %s is %s, and should be %s"):format(url, sum, checksum))
  end
  say("fetched %s: %d bytes, sha256:%s", url, files.status(path).size, sum)
end

return fetch
