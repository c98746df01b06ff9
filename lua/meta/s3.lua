---@meta _

-- # Objects
-- Objects of the store that the configuration's section [s3] names. Failures: `not_found` (the object, the bucket),
-- `refused` (the store's no, in its words; content that is not what it should be), `unreachable`, `timed_out`, `limit`,
-- `bad_arguments`. What may pass is tried again before. Local paths are relative to the folder that the script was
-- started in.
-- More of it: docs/s3.md.

---@class forager.StoredObject
---@field key string
---@field size integer
---@field etag string
---@field modified? number  seconds since 1970
---@field sha256? string  of the content; not in listings, nor of what others have put without it
---@field content_type? string  not in listings
---@field metadata? table<string, string>  not in listings
---@field body? string  of `s3.get` without `to_file`

---@class forager.S3PutOptions
---@field bucket? string  another one of the same store
---@field from_file? string  the path of a file; large ones are sent in several parts at once
---@field content_type? string  default application/octet-stream
---@field metadata? table<string, string>  visible ASCII
---@field sha256? string  what the content must be
---@field on_progress? fun(done: integer, whole?: integer)  bytes

---@class forager.S3GetOptions
---@field bucket? string
---@field to_file? string  complete and verified, or not at all
---@field sha256? string  what the content must be; default: what the store was told
---@field limit? forager.Bytes  of a body in memory; default 64 MB
---@field on_progress? fun(done: integer, whole?: integer)

---@class forager.S3BucketOptions
---@field bucket? string

---@class forager.S3ListOptions
---@field bucket? string
---@field prefix? string  what the keys begin with
---@field delimiter? string  keys that have it behind the prefix are told as one folder

---@class forager.S3PresignOptions
---@field bucket? string
---@field method? string  default GET
---@field expires? forager.Duration  at most 7 d; default 1 h

-- What a listing gives: an object, or `folder` alone.
---@class forager.S3Entry: forager.StoredObject
---@field folder? string

---@class forager.s3
local s3 = {}

-- Stores an object.
---@param key string
---@param body string|forager.S3PutOptions  bytes, or the options with `from_file`
---@param options? forager.S3PutOptions
---@return forager.StoredObject
function s3.put(key, body, options) end

-- Fetches an object.
---@param key string
---@param options? forager.S3GetOptions
---@return forager.StoredObject
function s3.get(key, options) end

-- What is known of an object.
---@param key string
---@param options? forager.S3BucketOptions
---@return forager.StoredObject?  nil when there is none
function s3.head(key, options) end

-- The objects, for a `for` loop.
---@param options? forager.S3ListOptions
---@return fun(): forager.S3Entry?
function s3.list(options) end

-- Removes an object, or a list of them. What is not there does no harm.
---@param keys string|string[]
---@param options? forager.S3BucketOptions
function s3.delete(keys, options) end

-- Has the store copy an object, within the bucket.
---@param from string
---@param to string
---@param options? forager.S3BucketOptions
---@return forager.StoredObject
function s3.copy(from, to, options) end

-- An address with which anybody may do this for so long.
---@param key string
---@param options? forager.S3PresignOptions
---@return string
function s3.presign(key, options) end
