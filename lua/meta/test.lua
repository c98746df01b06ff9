---@meta forager.test

-- # Tests
-- Tests of scripts, in files named `*_test.lua` that `forager test` runs: `local test = require "forager.test"`.
-- More of it: docs/testing-scripts.md.

-- How the test of a script looks to its function.
---@class forager.Test
local t = {}

-- A call that reached for the world. Its options can be read from it directly, too: `call.stdin`, `call.image`.
---@class forager.TestCall
---@field name string  "sh", "docker.run", or a function's name
---@field args any[]  what was passed besides options
---@field options table<string, any>
---@field line? string  of a command: as one would type it
---@field where string  FILE:LINE of the script, empty where there is none
---@field [string] any

-- What answers a call: the value itself, a function that gives it, or an error: a table with a text as `code`. Of a
-- command `{ stdout, stderr, code, seconds }` or its output alone, of a request `{ status, headers, body, json,
-- seconds }` or the body alone; `seconds` go by meanwhile.
---@alias forager.TestAnswer any|fun(call: forager.TestCall): any

---@class forager.TestFault
---@field at? integer  the call that fails, counted from 1; default: all from now on
---@field times? integer  how many fail
---@field code? string  of the error; default "unreachable"
---@field message? string

---@class forager.TestRequest
---@field json? any  sent as JSON
---@field body? string
---@field headers? table<string, string>
---@field query? table<string, string>

-- `kill`: the test is run again and again, and the agent is killed before and after another step each time.
---@class forager.TestOptions
---@field kill? "every step"
---@field skip? string  why it is left out

-- Loads a script as an agent does. The path begins at the folder of the file of tests.
---@param path string
function t:load(path) end

-- Calls a function, as ctx:call does: a single table with names is keyword arguments.
---@param name string
---@param ... any
---@return any
function t:call(name, ...) end

-- Lets time go by, which takes none; raises what a schedule failed with meanwhile.
---@param duration forager.Duration
function t:advance(duration) end

-- Seconds since 1970.
---@return number
function t:now() end

-- The agent is killed and starts again: scripts are loaded anew, recorded steps and kept values are still there.
function t:restart() end

-- What was printed and logged so far.
---@return string[]
function t:lines() end

-- An event happens: "docker:die", "file:/var/spool/in/a.csv". Raises what its handlers fail with.
---@param event string
---@param payload? any
---@return any
function t:event(event, payload) end

-- A message of a broker comes: "redis:orders.new"; a table is sent as JSON.
---@param event string
---@param payload string|table
---@return any
function t:publish(event, payload) end

-- A request comes, "POST /hooks/build"; gives what its handler answers.
---@param request string
---@param options? forager.TestRequest
---@return any
function t:request(request, options) end

-- One pass of a script's reconciler over a document.
---@param document table
---@param mode? "apply"|"delete"
---@return { action: string, reason: string, status: table? }
function t:reconcile(document, mode) end

-- Answers calls of this name ("docker.*": of the family) from now on: with one answer always, of several each once.
---@param name string
---@param ... forager.TestAnswer
function t:fake(name, ...) end

-- Leaves calls of this name to the world.
---@param name string
function t:real(name) end

-- Calls of this name fail.
---@param name string
---@param fault? forager.TestFault
function t:fail(name, fault) end

-- The calls that there were, of this name or all.
---@param name? string
---@return forager.TestCall[]
function t:calls(name) end

-- Fails, and says where they differ, unless both are the same data.
---@param actual any
---@param expected any
---@param what? string
function t:equal(actual, expected, what) end

-- Fails unless the text holds the part.
---@param text string
---@param part string
function t:contains(text, part) end

-- Fails unless `fn` raises an error with this code, or with this in its message; gives the error.
---@param wanted string
---@param fn fun()
---@return any
---@overload fun(self: forager.Test, fn: fun()): any
function t:raises(wanted, fn) end

local test = {}

-- A test.
---@param name string
---@param options forager.TestOptions
---@param fn fun(t: forager.Test)
---@overload fun(name: string, fn: fun(t: forager.Test))
function test.it(name, options, fn) end

-- Tests whose names begin with this one.
---@param name string
---@param fn fun()
function test.describe(name, fn) end

return test
