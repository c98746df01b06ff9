-- Objects of the store that the configuration names.
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"
local progress = require "forager.progress"

local s3 = {}

local function key_argument(what, position, key)
  options.argument(what, position, key, "string")
  if key == "" then
    failure.bad("%s: argument %d is empty", what, position)
  end
  return key
end

-- What is data among the options.
local function data_of(given)
  local data = {}
  for name, value in pairs(given) do
    if type(value) ~= "function" then
      data[name] = value
    end
  end
  data.limit = data.limit and options.bytes(data.limit)
  return data
end

local put_options = known.options("s3.put", {
  bucket = "string",
  from_file = "string",
  content_type = "string",
  metadata = "table",
  sha256 = "string",
  on_progress = "function",
}, 2, 3)

-- A put that fails leaves no object, and it fails with its `on_progress`. What that raises ends the transfer, but of
-- the last bytes it hears when the store has them: then the put goes on to its end, and its object is removed.
local function put_heard(spec, key, hear)
  local raised, trouble = false, nil
  local object = progress(hear and function(done, whole)
    if done ~= whole then
      return hear(done, whole)
    end
    local ok, what = pcall(hear, done, whole)
    raised, trouble = not ok, what
  end, function(lines)
    return native.s3_put(spec, lines, key)
  end)
  if raised then
    native.s3_delete(native.list { key }, { bucket = spec.bucket })
    error(trouble, 0)
  end
  return object
end

-- put(KEY, BYTES [, options]) or put(KEY, { from_file = PATH, … }).
function s3.put(key, body, given)
  key_argument("s3.put", 1, key)
  options.argument("s3.put", 2, body, "string|table")
  if type(body) == "table" and given ~= nil then
    failure.bad "s3.put takes its options once: s3.put(KEY, BYTES, { … }) or s3.put(KEY, { from_file = PATH, … })"
  end
  given = options.check("s3.put", given or (type(body) == "table" and body) or {}, put_options)
  options.names("s3.put: option 'metadata'", given.metadata)
  if (type(body) == "string") == (given.from_file ~= nil) then
    failure.bad "s3.put takes one of the two: bytes, or the option 'from_file'"
  end
  local spec = data_of(given)
  spec.body = type(body) == "string" and body or nil
  return put_heard(spec, key, given.on_progress)
end

local get_options = known.options("s3.get", {
  bucket = "string",
  to_file = "string",
  sha256 = "string",
  limit = "bytes",
  on_progress = "function",
}, 2)

-- What is known of the object, with its content as `body` unless it went to a file.
function s3.get(key, given)
  key_argument("s3.get", 1, key)
  given = options.check("s3.get", given or {}, get_options)
  return progress(given.on_progress, function(lines)
    return native.s3_get(data_of(given), lines, key)
  end)
end

local bucket_option = { bucket = "string" }
known.options("s3.head", bucket_option, 2)
known.options("s3.delete", bucket_option, 2)
known.options("s3.copy", bucket_option, 3)

-- nil when there is none.
function s3.head(key, given)
  key_argument("s3.head", 1, key)
  return native.s3_head(key, options.check("s3.head", given or {}, bucket_option))
end

-- One key, or a list of them. Those that are not there do no harm.
function s3.delete(keys, given)
  options.argument("s3.delete", 1, keys, "string|table")
  given = options.check("s3.delete", given or {}, bucket_option)
  local list = options.list("s3.delete: the keys", type(keys) == "table" and keys or { keys })
  for position, key in ipairs(list) do
    if type(key) ~= "string" or key == "" then
      failure.bad("s3.delete: key %d must be a string that is not empty, not a %s", position, type(key))
    end
  end
  if #list > 0 then
    native.s3_delete(list, given)
  end
end

function s3.copy(from, to, given)
  key_argument("s3.copy", 1, from)
  key_argument("s3.copy", 2, to)
  return native.s3_copy(from, to, options.check("s3.copy", given or {}, bucket_option))
end

local presign_options = known.options("s3.presign", { bucket = "string", method = "string", expires = "duration" }, 2)

function s3.presign(key, given)
  key_argument("s3.presign", 1, key)
  return native.s3_presign(key, options.check("s3.presign", given or {}, presign_options))
end

local list_options = known.options("s3.list", { bucket = "string", prefix = "string", delimiter = "string" }, 1)

-- For a `for` loop; a page of them is held at a time.
function s3.list(given)
  local spec = data_of(options.check("s3.list", given or {}, list_options))
  local page, at = nil, 0
  return function()
    while not page or at >= #page.objects do
      if page and page.next == "" then
        return nil
      end
      spec.next = page and page.next
      page, at = native.s3_list(spec), 0
    end
    at = at + 1
    return page.objects[at]
  end
end

known.arguments("s3.put", "string")
known.arguments("s3.get", "string")
known.arguments("s3.head", "string")
known.arguments("s3.copy", "string", "string")
known.arguments("s3.presign", "string")

return s3
