-- Files of the colony: names and checksums are in its server, the bytes in the object store of the configuration.
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"
local progress = require "forager.progress"

local cfs = { snapshots = {} }

local function text_argument(what, position, value)
  options.argument(what, position, value, "string")
  if value == "" or value:find "%z" then
    failure.bad("%s: argument %d is empty, or holds a NUL", what, position)
  end
  return value
end

-- The files of a label and of those below it; without one, all.
function cfs.ls(label, ...)
  options.no_more("cfs.ls", 1, ...)
  return native.cfs_ls(label and text_argument("cfs.ls", 1, label) or "/")
end

local put_options = known.options("cfs.put", { name = "string", on_progress = "function" }, 3)

-- A local file becomes the newest revision of LABEL/NAME.
function cfs.put(path, label, given)
  text_argument("cfs.put", 1, path)
  text_argument("cfs.put", 2, label)
  given = options.check("cfs.put", given or {}, put_options)
  return progress(given.on_progress, function(lines)
    return native.cfs_put(nil, lines, path, label, given.name or path:match "[^/]*$")
  end)
end

local get_options = known.options("cfs.get", { on_progress = "function" }, 3)

-- The newest revision of LABEL/NAME goes into a local file.
function cfs.get(file, path, given)
  text_argument("cfs.get", 1, file)
  text_argument("cfs.get", 2, path)
  given = options.check("cfs.get", given or {}, get_options)
  return progress(given.on_progress, function(lines)
    return native.cfs_get(nil, lines, file, path)
  end)
end

local remove_options = known.options("cfs.remove", { recursive = "boolean" }, 2)

-- All revisions of LABEL/NAME; with `recursive` all files of a label and of those below it. Gives how many went.
function cfs.remove(file, given)
  text_argument("cfs.remove", 1, file)
  given = options.check("cfs.remove", given or {}, remove_options)
  return native.cfs_remove(file, given.recursive or false)
end

-- Calls work(LINES); the option `on_progress` hears how many files and bytes are done.
local function counted(given, work)
  local hear = given.on_progress
  return progress(hear and function(phase, done, whole, done_bytes, whole_bytes)
    hear { phase = phase, done = done, whole = whole, done_bytes = done_bytes, whole_bytes = whole_bytes }
  end, work)
end

local sync_options = known.options("cfs.sync", {
  keep_remote = "boolean",
  dry_run = "boolean",
  delete = "boolean",
  on_progress = "function",
}, 3)

-- Brings a folder and a label in line, both ways.
function cfs.sync(folder, label, given)
  text_argument("cfs.sync", 1, folder)
  text_argument("cfs.sync", 2, label)
  given = options.check("cfs.sync", given or {}, sync_options)
  local wish = { keep_remote = given.keep_remote, dry_run = given.dry_run, delete = given.delete }
  return counted(given, function(lines)
    return native.cfs_sync(wish, lines, folder, label)
  end)
end

function cfs.snapshots.create(label, name, ...)
  options.no_more("cfs.snapshots.create", 2, ...)
  text_argument("cfs.snapshots.create", 1, label)
  return native.cfs_create_snapshot(label, text_argument("cfs.snapshots.create", 2, name))
end

function cfs.snapshots.list(...)
  options.no_more("cfs.snapshots.list", 0, ...)
  return native.cfs_list_snapshots()
end

-- By name or id, as the next two.
function cfs.snapshots.get(snapshot, ...)
  options.no_more("cfs.snapshots.get", 1, ...)
  return native.cfs_get_snapshot(text_argument("cfs.snapshots.get", 1, snapshot))
end

local download_options = known.options("cfs.snapshots.download", { on_progress = "function" }, 3)

-- Its files into a folder. What is there beside them stays.
function cfs.snapshots.download(snapshot, folder, given)
  text_argument("cfs.snapshots.download", 1, snapshot)
  text_argument("cfs.snapshots.download", 2, folder)
  return counted(options.check("cfs.snapshots.download", given or {}, download_options), function(lines)
    return native.cfs_download_snapshot(nil, lines, snapshot, folder)
  end)
end

function cfs.snapshots.remove(snapshot, ...)
  options.no_more("cfs.snapshots.remove", 1, ...)
  native.cfs_remove_snapshot(text_argument("cfs.snapshots.remove", 1, snapshot))
end

known.arguments("cfs.ls", "string")
known.arguments("cfs.put", "string", "string")
known.arguments("cfs.get", "string", "string")
known.arguments("cfs.remove", "string")
known.arguments("cfs.sync", "string", "string")

return cfs
