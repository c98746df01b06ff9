---@meta _

-- # Files of the colony
-- Names and checksums are in its server, the bytes in the object store of [s3]. Asked
-- with the key of the configuration, or of the executor that a process is run for. A label is a path as
-- "/measurements/raw"; LABEL/NAME is one file of it. Local paths are relative to the folder that the script was started
-- in. Errors of all: `refused` (no colony or no object store is set; one of them says no; a file that changes while it
-- is read), `unreachable`, `timed_out`, `not_found`, `bad_arguments`, `limit` (a full disk).
-- More of it: docs/files.md.

---@class forager.CfsFile
---@field label string
---@field name string
---@field size integer  bytes
---@field checksum string  SHA-256

---@class forager.CfsPutOptions
---@field name? string  its name there; default that of the local file
---@field on_progress? fun(done: integer, whole?: integer)  bytes

---@class forager.CfsGetOptions
---@field on_progress? fun(done: integer, whole?: integer)  bytes

---@class forager.CfsRemoveOptions
---@field recursive? boolean  all files of the label and of those below it

---@class forager.CfsSyncOptions
---@field keep_remote? boolean  of a file that is on both sides with other content, the colony's one wins
---@field dry_run? boolean  nothing is done; the result has the `plan`
---@field delete? boolean  what the winning side does not have is removed on the other; default it is brought over
---@field on_progress? fun(progress: forager.CfsProgress)

---@class forager.CfsDownloadOptions
---@field on_progress? fun(progress: forager.CfsProgress)

---@class forager.CfsProgress
---@field phase "comparing"|"transferring"
---@field done integer  files
---@field whole integer
---@field done_bytes integer  that have travelled
---@field whole_bytes integer

---@class forager.CfsStep
---@field path string  below the folder and below the label
---@field action "upload"|"download"|"remove_local"|"remove_remote"
---@field size integer  bytes that travel
---@field conflict boolean  it is on both sides, with other content

---@class forager.CfsReport
---@field uploaded integer  files, with the conflicts that the local side won
---@field downloaded integer  files, with the conflicts that the colony won
---@field conflicts integer
---@field removed integer
---@field unchanged integer
---@field hashed integer  local files that had to be read to be compared
---@field uploaded_bytes integer
---@field downloaded_bytes integer
---@field skipped { path: string, message: string }[]  local ones that are not taken: links out of the folder, sockets
---@field plan? forager.CfsStep[]  of a dry run

---@class forager.CfsSnapshot
---@field id string
---@field name string
---@field label string
---@field files integer  how many
---@field added? number  seconds since 1970

---@class forager.cfs
---@field snapshots forager.cfs.snapshots  a label's files as they were once
local cfs = {}

-- The files of a label and of those below it; without one, all.
---@param label? string
---@return forager.CfsFile[]
function cfs.ls(label) end

-- Stores a local file as the newest revision of LABEL/NAME. Where that has this content already, nothing is done.
---@param path string
---@param label string
---@param options? forager.CfsPutOptions
---@return forager.CfsFile
function cfs.put(path, label, options) end

-- Fetches the newest revision of LABEL/NAME into a local file: complete and verified, or not at all.
---@param file string  LABEL/NAME
---@param path string
---@param options? forager.CfsGetOptions
---@return forager.CfsFile
function cfs.get(file, path, options) end

-- Removes all revisions of LABEL/NAME, with their bytes; also from snapshots.
---@param file string  LABEL/NAME; with `recursive` a label
---@param options? forager.CfsRemoveOptions
---@return integer removed  revisions; with `recursive` files
function cfs.remove(file, options) end

-- Brings a folder and a label in line. What was cut off goes on when it is called again. A file that cannot be brought
-- is an error when all others have been: it has the fields of the report, and `failed` with `path` and `message`.
---@param folder string
---@param label string
---@param options? forager.CfsSyncOptions
---@return forager.CfsReport
function cfs.sync(folder, label, options) end

---@class forager.cfs.snapshots
local snapshots = {}

-- Takes a snapshot of a label. Of one without a file of its own there is none: `refused`.
---@param label string
---@param name string  once in a colony, without a colon
---@return forager.CfsSnapshot
function snapshots.create(label, name) end

-- All snapshots.
---@return forager.CfsSnapshot[]
function snapshots.list() end

-- One snapshot.
---@param snapshot string  name or id
---@return forager.CfsSnapshot
function snapshots.get(snapshot) end

-- Fetches its files into a folder, with those of labels below in folders below. Files that were removed since are an
-- error (`not_found`) when the others are there.
---@param snapshot string  name or id
---@param folder string
---@param options? forager.CfsDownloadOptions
---@return forager.CfsReport
function snapshots.download(snapshot, folder, options) end

-- Removes a snapshot. Its files stay.
---@param snapshot string  name or id
function snapshots.remove(snapshot) end
