-- A command that fails raises an error that says why; check = false makes its status a result.
local sh = require("forager").sh

local ok, problem = pcall(sh, "echo sorry >&2; exit 3")
print(ok, problem.code, problem.exit_code, problem.stderr)

return sh("exit 4", { check = false }).code
