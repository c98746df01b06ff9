-- Files, folders and archives.
local forager = require "forager"
local spec = require "spec"
local it, equal, raises, contains = spec.it, spec.equal, spec.raises, spec.contains

local files = forager.files
local folder = files.temp_folder "spec"

local function at(name)
  return folder .. "/" .. name
end

it("bytes come back unchanged, and are replaced or added to", function()
  files.write(at "a", "x\0\xff\n")
  equal(files.read(at "a") == "x\0\xff\n", true)
  files.write(at "a", "new")
  files.append(at "a", "er")
  equal(files.read(at "a"), "newer")
  contains(raises("not_found", files.read, at "nothing").message, "nothing")
  raises("limit", files.read, at "a", { limit = 4 })
end)

it("a file that is there can be left alone, and has its mode", function()
  files.write(at "mode", "1", { mode = "600" })
  equal(forager.sh({ "stat", "-c", "%a", at "mode" }).stdout, "600\n")
  equal(pcall(files.write, at "mode", "2", { exclusive = true }), false)
  equal(files.read(at "mode"), "1")
  raises("bad_arguments", files.write, at "mode", "2", { mode = "rw" })
end)

it("lines come without their ends", function()
  for text, lines in pairs { ["a\nb\n"] = { "a", "b" }, ["a\r\n\r\nb"] = { "a", "", "b" }, ["\n"] = { "" } } do
    files.write(at "lines", text)
    equal(files.lines(at "lines"), lines)
  end
  files.write(at "lines", "")
  equal(#files.lines(at "lines"), 0)
end)

it("folders are made, listed, copied, moved and removed", function()
  equal({ files.make_folder(at "d/e"), files.make_folder(at "d/e") }, { true, false })
  files.write(at "d/e/f", "1")
  files.write(at "d/b", "2")
  equal(files.list(at "d"), { "b", "e" })
  files.copy(at "d", at "copy")
  equal(files.read(at "copy/e/f"), "1")
  files.move(at "copy", at "moved")
  equal({ files.exists(at "copy"), files.read(at "moved/b") }, { false, "2" })
  equal(pcall(files.copy, at "d/e/f", at "moved/b", { overwrite = false }), false)
  equal(files.read(at "moved/b"), "2")
  files.copy(at "d/e/f", at "moved/b")
  equal(files.read(at "moved/b"), "1")
  equal(pcall(files.remove, at "moved"), false)
  equal({ files.remove(at "moved", { tree = true }), files.remove(at "moved") }, { true, false })
  equal(pcall(files.make_folder, at "x/y", { parents = false }), false)
end)

it("status says what there is", function()
  files.write(at "status", "12345")
  local status = files.status(at "status")
  equal({ status.size, math.abs(status.modified - forager.time.now()) < 3600 }, { 5, true })
  equal(files.status(folder).type ~= status.type, true)
  equal(files.status(at "nothing") == nil, true)
end)

it("patterns find paths", function()
  files.make_folder(at "g/h/i")
  for _, name in ipairs { "g/1.txt", "g/2.log", "g/h/i/3.txt" } do
    files.write(at(name), "")
  end
  equal(files.glob(at "g/*.txt"), { at "g/1.txt" })
  equal(files.glob(at "g/**/*.txt"), { at "g/1.txt", at "g/h/i/3.txt" })
  equal(files.glob(at "g/[12].*"), { at "g/1.txt", at "g/2.log" })
  equal(#files.glob(at "g/*.none"), 0)
end)

it("checksums are those of everyone", function()
  files.write(at "hash", "abc")
  equal(files.hash(at "hash"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  equal(files.digest("abc", "md5"), "900150983cd24fb0d6963f7d28e17f72")
  equal(files.digest("abc", "sha1"), "a9993e364706816aba3e25717850c26c9cd0d89d")
  raises("bad_arguments", files.digest, "abc", "sha-nothing")
end)

it("archives carry folders, and refuse to write outside of theirs", function()
  files.make_folder(at "in/sub")
  files.write(at "in/sub/file", "content")
  for _, name in ipairs { "a.tar.gz", "a.zip", "a.tar" } do
    files.archive { at "in", base = folder, to = at(name) }
    files.extract(at(name), at(name .. ".out"))
    equal(files.read(at(name .. ".out/in/sub/file")), "content")
    contains(forager.json.encode(files.list_archive(at(name))), "in/sub/file")
  end
  local code = [[
import tarfile, io
with tarfile.open(path, "w") as tar:
    info = tarfile.TarInfo("../escaped")
    info.size = 1
    tar.addfile(info, io.BytesIO(b"x"))]]
  forager.python { code = ("path = %q\n"):format(at "evil.tar") .. code }
  equal(pcall(files.extract, at "evil.tar", at "evil"), false)
  equal(files.exists(at "escaped"), false)
  equal(pcall(files.extract, at "a.tar.gz", at "small", { most_bytes = 3 }), false)
end)

it("mistakes are named", function()
  contains(raises("bad_arguments", files.read).message, "files.read")
  raises("bad_arguments", files.read, "")
  raises("bad_arguments", files.read, "a\0b")
  raises("bad_arguments", files.write, at "a")
  contains(raises("bad_arguments", files.write, at "a", "", { apend = true }).message, "'append'")
  contains(raises("bad_arguments", files.archive, { "a" }).message, "to =")
  raises("bad_arguments", files.archive, { to = at "none.zip" })
end)

it("a folder does not replace a file", function()
  forager.files.make_folder(folder .. "/whole")
  forager.files.write(folder .. "/single", "kept")
  raises("refused", forager.files.move, folder .. "/whole", folder .. "/single")
  equal(forager.files.read(folder .. "/single"), "kept")
end)

files.remove(folder, { tree = true })
spec.finish()
