---@meta _

-- # Files
-- Paths are relative to the folder that the script was started in.
-- Errors: `not_found`, `refused`, `limit`, `bad_arguments`.

---@class forager.ReadOptions
---@field limit? forager.Bytes  the most that is read, more is the error `limit`; default 64 MB

---@class forager.WriteOptions
---@field append? boolean  adds at the end, not in one step; default false
---@field exclusive? boolean  fails with `refused` when something is there; default false
---@field mode? integer|string  permissions, as 420 or "644"; default those of the file that is replaced, or the usual

---@class forager.CopyOptions
---@field overwrite? boolean  false: fails with `refused` when something is there; default true

---@class forager.RemoveOptions
---@field tree? boolean  a folder goes with everything in it; default false: only an empty one

---@class forager.FolderOptions
---@field parents? boolean  makes the folders above, and is content with a folder that is there; default true

-- Sources and options in one table: `{ "report", "data.csv", to = "out.tar.gz" }`. Names inside begin at `base`.
---@class forager.ArchiveOptions
---@field [integer] string
---@field to string  the archive
---@field format? "tar"|"tar.gz"|"tar.zst"|"zip"  default what the name ends with
---@field base? string  the folder that names inside begin at; default each source's own folder

---@class forager.ExtractOptions
---@field overwrite? boolean  default false: fails with `refused` where a file is in the way
---@field most_bytes? forager.Bytes  default 16 GB
---@field most_entries? integer  default 100000

---@class forager.FileStatus
---@field size integer  bytes
---@field modified number  seconds since 1970
---@field type "file"|"folder"|"link"|"pipe"|"socket"|"device"  "link" is one that leads to nothing
---@field mode integer  permissions

---@class forager.Archive
---@field path string
---@field size integer  bytes
---@field entries integer  files, folders and links in it
---@field skipped integer  pipes, sockets and devices, which have no content to keep

---@class forager.Extracted
---@field path string  the folder
---@field bytes integer  of all files
---@field entries integer

---@class forager.ArchiveEntry
---@field name string
---@field type string  as in forager.FileStatus
---@field size integer  bytes
---@field modified number  seconds since 1970
---@field mode integer  permissions

---@class forager.files
local files = {}

-- The whole file as bytes.
---@param path string
---@param options? forager.ReadOptions
---@return string
function files.read(path, options) end

-- The lines of a text file, without their ends (LF or CR LF).
---@param path string
---@param options? forager.ReadOptions
---@return string[]
function files.lines(path, options) end

-- Puts the bytes in place in one step: afterwards the file holds all of them, or what it held before.
---@param path string
---@param bytes string
---@param options? forager.WriteOptions
function files.write(path, bytes, options) end

-- Adds at the end of a file, not in one step. The file is made when it is not there.
---@param path string
---@param bytes string
function files.append(path, bytes) end

-- Copies a file, or a folder with everything in it. `to` is the new name itself, never a folder to put it in: a file
-- onto a folder is refused. A file that is there is **overwritten**. A folder is copied into one that is there, beside
-- and over what that holds. Permissions are kept; links inside a folder stay links.
---@param from string
---@param to string
---@param options? forager.CopyOptions
function files.copy(from, to, options) end

-- Renames, across disks too. A file that is there is **overwritten**; a folder never replaces anything but an empty
-- folder.
---@param from string
---@param to string
---@param options? forager.CopyOptions
function files.move(from, to, options) end

-- Removes a file or a folder.
---@param path string
---@param options? forager.RemoveOptions
---@return boolean removed  whether there was something
function files.remove(path, options) end

-- Makes a folder.
---@param path string
---@param options? forager.FolderOptions
---@return boolean made  false when it was there
function files.make_folder(path, options) end

-- The names in a folder, sorted.
---@param path? string  default "."
---@return string[]
function files.list(path) end

-- What stands at the path, links followed; nil when there is nothing.
---@param path string
---@return forager.FileStatus?
function files.status(path) end

-- Whether there is something.
---@param path string
---@return boolean
function files.exists(path) end

-- The paths that fit, sorted: `*`, `?` and `[a-z]` within a name, `**` for any number of folders. Hidden
-- names need their dot.
---@param pattern string
---@return string[]
function files.glob(pattern) end

-- A new empty file in TMPDIR or /tmp; it is the script's to remove.
---@param prefix? string  of its name; default "forager"
---@return string path
function files.temp_file(prefix) end

-- A new empty folder in TMPDIR or /tmp; it is the script's to remove.
---@param prefix? string  of its name; default "forager"
---@return string path
function files.temp_folder(prefix) end

-- The checksum of a file, in hexadecimal.
---@param path string
---@param algorithm? "sha256"|"sha512"|"sha1"|"md5"|"sha3-256"  default "sha256"
---@return string
function files.hash(path, algorithm) end

-- The checksum of bytes, in hexadecimal.
---@param bytes string
---@param algorithm? "sha256"|"sha512"|"sha1"|"md5"|"sha3-256"  default "sha256"
---@return string
function files.digest(bytes, algorithm) end

-- Packs files and folders. The archive appears complete or not at all.
---@param options forager.ArchiveOptions
---@return forager.Archive
function files.archive(options) end

-- Unpacks an archive, also of xz and bzip2, into a folder, which is made when it is not there. What would lead out of
-- it is refused, and what was unpacked of it removed again.
---@param path string
---@param folder string
---@param options? forager.ExtractOptions
---@return forager.Extracted
function files.extract(path, folder, options) end

-- What is in an archive, in its order; also in one of xz or bzip2.
---@param path string
---@return forager.ArchiveEntry[]
function files.list_archive(path) end
