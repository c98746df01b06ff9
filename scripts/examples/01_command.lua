-- A command: a line for the shell, or a program with its arguments, which no shell touches.
local sh = require("forager").sh

local shell = sh "echo one | tr a-z A-Z"
local plain = sh { "printf", "%s\n", "no $QUOTING problems; at all" }

return shell.stdout .. plain.stdout
