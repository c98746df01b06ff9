-- A reconciler: looks at what there is, and does only what is missing. An agent that serves this script keeps all
-- documents of the kind Note (forager apply FILE); here one is tried without an agent.
local forager = require "forager"
local files = forager.files

local note = forager.reconciler {
  kind = "Note",
  every = "10s",
  schema = { required = { "path" }, properties = { path = { type = "string" }, text = { default = "nothing yet" } } },
  actual = function(_, desired)
    return files.exists(desired.path) and { path = desired.path, text = files.read(desired.path) } or nil
  end,
  apply = function(ctx, desired, actual)
    ctx:log("%s: the file is %s", desired.name, actual and "another" or "missing")
    files.write(desired.path, desired.text)
  end,
  delete = function(_, desired)
    files.remove(desired.path)
  end,
}

local document = { kind = "Note", metadata = { name = "hello" }, spec = { path = files.temp_file(), text = "Hello" } }
local path, seen = document.spec.path, {}
seen[1] = note:reconcile(document).action
seen[2] = note:reconcile(document).action
files.write(path, "somebody was here")
seen[3] = note:reconcile(document).action
seen[4] = note:delete(document).action

return { seen = seen, there = files.exists(path) }
