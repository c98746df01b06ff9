-- Files, folders and archives. Paths are relative to the folder that the script was started in.
local failure = require "forager.failure"
local known = require "forager.known"
local options = require "forager.options"

local files = {}

local function path_argument(what, position, path)
  options.argument(what, position, path, "string")
  if path == "" or path:find "%z" then
    failure.bad("%s: argument %d is no path", what, position)
  end
end

local read_options = known.options("files.read", { limit = "bytes" }, 2)
known.options("files.lines", read_options, 2)
local write_options =
  known.options("files.write", { append = "boolean", exclusive = "boolean", mode = "integer|string" }, 3)
local copy_options = known.options("files.copy", { overwrite = "boolean" }, 3)
known.options("files.move", copy_options, 3)
local remove_options = known.options("files.remove", { tree = "boolean" }, 2)
local folder_options = known.options("files.make_folder", { parents = "boolean" }, 2)
local archive_options = known.options("files.archive", { to = "string", format = "string", base = "string" }, 1)
local extract_options =
  known.options("files.extract", { overwrite = "boolean", most_bytes = "bytes", most_entries = "count" }, 3)

-- The whole file as bytes. Option limit: the most that is read (default 64 MB).
function files.read(path, given)
  path_argument("files.read", 1, path)
  given = options.check("files.read", given or {}, read_options)
  return native.files_read(path, { limit = given.limit and options.bytes(given.limit) })
end

-- The lines of a text file, without their ends.
function files.lines(path, given)
  local lines = native.list {}
  local text = files.read(path, given)
  for line in (text .. (text:sub(-1) == "\n" and "" or "\n")):gmatch "(.-)\r?\n" do
    lines[#lines + 1] = line
  end
  if text == "" then
    lines[1] = nil
  end
  return lines
end

-- Puts the bytes in place in one step: afterwards the file holds all of them, or what it held before.
-- Options: append, exclusive (fails when there is a file), mode (as 420 or "644").
function files.write(path, bytes, given)
  path_argument("files.write", 1, path)
  options.argument("files.write", 2, bytes, "string")
  given = options.check("files.write", given or {}, write_options)
  local mode = given.mode
  if type(mode) == "string" then
    mode = tonumber(mode, 8) or failure.bad("files.write: mode '%s' is no octal number", mode)
  end
  native.files_write(path, bytes, { append = given.append, exclusive = given.exclusive, mode = mode })
end

function files.append(path, bytes)
  files.write(path, bytes, { append = true })
end

local function two_paths(what, from, to, given)
  path_argument(what, 1, from)
  path_argument(what, 2, to)
  return options.check(what, given or {}, copy_options)
end

-- A file, or a folder with everything in it. `to` is the new name itself.
function files.copy(from, to, given)
  native.files_copy(from, to, two_paths("files.copy", from, to, given))
end

function files.move(from, to, given)
  native.files_move(from, to, two_paths("files.move", from, to, given))
end

-- Whether there was something to remove. Option tree: a folder goes with everything in it.
function files.remove(path, given)
  path_argument("files.remove", 1, path)
  return native.files_remove(path, options.check("files.remove", given or {}, remove_options))
end

-- Makes a folder, with those above it unless parents = false. Whether it was not there before.
function files.make_folder(path, given)
  path_argument("files.make_folder", 1, path)
  return native.files_make_folder(path, options.check("files.make_folder", given or {}, folder_options))
end

-- The names in a folder, sorted.
function files.list(path)
  path_argument("files.list", 1, path == nil and "." or path)
  return native.files_list(path or ".")
end

-- size, modified (seconds since 1970), type, mode; nil when there is nothing.
function files.status(path)
  path_argument("files.status", 1, path)
  return native.files_status(path)
end

function files.exists(path)
  path_argument("files.exists", 1, path)
  return native.files_exists(path)
end

-- The paths that fit a pattern: *, ?, [a-z], ** for any number of folders.
function files.glob(pattern)
  path_argument("files.glob", 1, pattern)
  return native.files_glob(pattern)
end

-- A new empty file or folder for the script alone; it is the script's to remove.
function files.temp_file(prefix)
  return native.files_temp_file(prefix == nil and "forager" or options.argument("files.temp_file", 1, prefix, "string"))
end

function files.temp_folder(prefix)
  prefix = prefix == nil and "forager" or options.argument("files.temp_folder", 1, prefix, "string")
  return native.files_temp_folder(prefix)
end

-- The checksum of a file in hexadecimal: sha256 (default), sha512, sha1, md5, sha3-256.
function files.hash(path, algorithm)
  path_argument("files.hash", 1, path)
  return native.files_hash(
    path,
    algorithm == nil and "sha256" or options.argument("files.hash", 2, algorithm, "string")
  )
end

-- The same of bytes.
function files.digest(bytes, algorithm)
  options.argument("files.digest", 1, bytes, "string")
  return native.digest(bytes, algorithm == nil and "sha256" or options.argument("files.digest", 2, algorithm, "string"))
end

-- Packs files and folders: files.archive { "report", "data.csv", to = "out.tar.gz" }. The format is that of the name.
function files.archive(given)
  options.check("files.archive", given, archive_options, math.huge)
  if given.to == nil then
    failure.bad [[files.archive needs a name: files.archive { "folder", to = "folder.tar.gz" }]]
  end
  local sources = native.list {}
  for position, source in ipairs(given) do
    path_argument("files.archive", position, source)
    sources[position] = source
  end
  if #sources == 0 then
    failure.bad "files.archive needs at least one file or folder"
  end
  return native.files_archive(given.to, sources, { format = given.format, base = given.base })
end

-- Unpacks into a folder. Options: overwrite, most_bytes, most_entries.
function files.extract(path, folder, given)
  path_argument("files.extract", 1, path)
  path_argument("files.extract", 2, folder)
  given = options.check("files.extract", given or {}, extract_options)
  return native.files_extract(path, folder, {
    overwrite = given.overwrite,
    most_bytes = given.most_bytes and options.bytes(given.most_bytes),
    most_entries = given.most_entries,
  })
end

function files.list_archive(path)
  path_argument("files.list_archive", 1, path)
  return native.files_list_archive(path)
end

return files
