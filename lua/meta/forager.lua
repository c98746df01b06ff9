---@meta forager

-- # Values and errors
-- A name that does not exist, an option that does not exist and a value of the wrong type are errors that name the
-- nearest right one.

-- "250ms", "0.25s", "1h30m", "1d" (units d, h, m, s, ms, us) or a number of seconds; from 0 to a hundred years.
---@alias forager.Duration string|number

-- "64KB", "1.5GB" (K, M, G, T; K is 1024) or a whole number of bytes.
---@alias forager.Bytes string|integer

-- What JSON can say: nil, booleans, integers, floats, strings, lists and tables with string keys; forager.null inside
-- of them. Arguments, results and what is kept are data, and copied. Functions, NaN and infinity, cycles, lists with
-- holes and tables that mix names and numbers are refused with their path. Strings are bytes. What was decoded keeps
-- its kind.
---@alias forager.Data any

---@alias forager.ErrorCode
---| "exit" # a command ended with a status other than 0, or by a signal
---| "timed_out" # a time limit passed
---| "cancelled" # somebody cancelled the task
---| "bad_arguments" # a wrong type, option or declaration; text that cannot be read, a value that is no data
---| "not_found" # no such function, file, program, interpreter, host or variable
---| "refused" # no permission, a closed port, a certificate, a file in the way, a closed channel
---| "unreachable" # a peer that does not answer
---| "limit" # a limit was reached; the message names it
---| "script" # an error of the script's own, or an exception of Python code

-- What is raised. `tostring` gives the message. A table that a script raises passes through with all its fields.
---@class forager.Error
---@field code forager.ErrorCode|string
---@field message string  a sentence
---@field where? string  FILE:LINE of the script, or of the Python code
---@field traceback? string  the calls that led there, one in a line
---@field retry? boolean  false in a script's own table: trying again is pointless
---@field declaration? boolean  true where a script declares something wrongly: it does not load
---@field task? string  the workflow's task that failed
---@field exit_code? integer  of a command that failed; 128 and the signal's number when a signal ended it
---@field signal? integer  that ended the command
---@field stdout? string  of a command that failed or took too long, as far as it was kept
---@field stderr? string
---@field python_type? string  the class of a Python exception
---@field process? string  the id of the colony's process that failed
---@field errors? string[]  what that said

---@class forager
---@field version string  of the program, as "1.2.3"
---@field null lightuserdata  JSON's null: what a list or a table holds where there is no value
---@field item any  the current item in `args` and `kwargs` of a `foreach` task; `item.name` and `item[1]` are parts
---@field files forager.files  files, folders, archives
---@field http forager.http  HTTP requests
---@field json forager.json  JSON text
---@field yaml forager.yaml  YAML text
---@field toml forager.toml  TOML text
---@field base64 forager.base64  bytes as text
---@field time forager.time  points in time and durations
---@field env forager.env  the environment, without the agent's secrets
---@field kv forager.kv  values by key
---@field queue forager.queue  work that the agent keeps, and does
---@field broker forager.broker  messages of a broker: publish, ask, add to a stream
---@field docker forager.docker  containers, images, volumes and networks of a Docker engine
---@field monitors forager.monitors  monitors of containers, which the agent keeps
---@field k8s forager.k8s  objects, pods and jobs of a Kubernetes cluster
---@field s3 forager.s3  objects of the configuration's store
---@field colony forager.colony  the colony: processes, workflows, channels, crons, generators, executors
---@field cfs forager.cfs  files of the colony
local forager = {}

-- # Commands and Python

-- Runs a command: a line for /bin/sh, or a table of words (forager.Command) that no shell touches.
-- Errors: `exit`, `timed_out`, `not_found` (program, folder), `refused` (not executable), `bad_arguments`.
---@param command string
---@param options? forager.CommandOptions
---@return forager.Completed
---@overload fun(command: forager.Command): forager.Completed
function forager.sh(command, options) end

-- Runs Python code in an interpreter of its own and gives what it returns; a tuple is several values, None is none.
-- Errors: `script` (an exception), `exit`, `timed_out`, `not_found` (interpreter, file, function), `bad_arguments` (a
-- result that is no data), `limit` (a result beyond 64 MB).
---@param options forager.PythonOptions
---@return any ...
function forager.python(options) end

-- # Several things at once
-- A call that waits suspends its own task only. `all`, `race` and `timeout` return only when what they cancelled is
-- gone, commands included.

-- Runs functions at once. The first error cancels the others and is raised.
---@param ... fun(): any
---@return any ...  the first result of each, in order
function forager.all(...) end

-- What the first function to end gives or raises; the others are cancelled.
---@param ... fun(): any
---@return any ...
function forager.race(...) end

-- All values of `fn(...)`, or the error `timed_out`.
---@param limit forager.Duration
---@param fn function
---@param ... any
---@return any ...
function forager.timeout(limit, fn, ...) end

-- Starts a task that runs `fn(...)`. It belongs to the function that spawned it, or to the script.
---@param fn function
---@param ... any
---@return forager.Task
function forager.spawn(fn, ...) end

-- Suspends this task. 0 is a turn for the others.
---@param duration forager.Duration
function forager.sleep(duration) end

-- Calls `fn` at once, and then every `period` until the script is interrupted or the task cancelled. A call that takes
-- longer than the period is not overtaken; the ticks that it missed are left out. Its errors are logged.
---@param period forager.Duration  above 0
---@param fn fun(ctx: forager.Context)
---@return forager.Task
function forager.every(period, fn) end

-- A bounded queue between tasks.
---@param capacity? integer  values that it holds while nobody receives, 1 or more; default 1
---@return forager.Channel
function forager.channel(capacity) end

-- # Functions

-- Declares a function that can be called by name.
---@param options forager.FunctionOptions
function forager.func(options) end

-- Calls a function by its full name. A single table with names in it is keyword arguments. When the last argument is a
-- table whose `on` is "colony" (forager.CallOptions), a function of the colony is called.
-- Errors: `not_found` (lists what there is), `bad_arguments`, and those of the function.
---@param name string  FAMILY.NAME
---@param ... forager.Data|forager.CallOptions
---@return any result  one value, a list where the function gives several, or nil
function forager.call(name, ...) end

-- A line for people, on stderr; with arguments after it, as `string.format`.
---@param format any  taken as it is where nothing follows
---@param ... any
function forager.log(format, ...) end

-- # Events

-- `secret_file` and `signature` are for http: events, `concurrency` for messages, `group` for streams.
---@class forager.OnOptions
---@field durable? boolean  the event goes through the durable queue; a hook's caller gets a 202 with its id
---@field concurrency? integer  calls that go on at once; default: [broker] at_once
---@field group? string  on whose behalf entries are taken; default "forager"
---@field secret_file? string  what callers must prove to know: a path, or a systemd credential's name
---@field signature? "sha256"  they sign the body (X-Hub-Signature-256); default: they send the secret
---@field name? string  of a docker: or k8s: event: only of those called so, a pattern as "web-*"
---@field labels? table<string, string>  of a docker: or k8s: event: only of those with these; an empty text: any value
---@field namespace? string  of a k8s: event, "*": all; default the configuration's

-- Has `fn` called for each event, while the agent runs the script.
--
-- "file:/var/spool/in/*.csv": the path of a file that is there and complete.
--
-- "http:POST /hooks/{name}": a request (forager.Request) to the agent's [http] server, answered with what `fn` gives:
-- nil is a 204, text a 200, data a 200 as JSON, and a table with `status` says all itself, with `headers`, and `body`
-- or `json`. An error is a 500 without details, `bad_arguments` a 400.
--
-- "redis:orders.*", "mqtt:rooms/+/door": a message (forager.Message) on a channel of that broker. "redis-stream:jobs":
-- an entry of a stream, always durable.
--
-- "docker:die", "docker:health_status: unhealthy", "docker:*": what happens to a container (forager.DockerEvent) of the
-- [docker] engine.
--
-- "k8s:pods/deleted", "k8s:deployments/modified", "k8s:widgets.example.com": what becomes of objects
-- (forager.KubernetesEvent) of the [kubernetes] cluster from now on; "added" and, without a word behind the slash, all
-- three.
---@param event string
---@param fn fun(ctx: forager.Context, event: any): any
---@param options? forager.OnOptions
function forager.on(event, fn, options) end

-- # Monitors of containers
-- How they are told of, and when: docs/monitors.md.

-- Has `run` called when a container is not as expected, and when it is so again, while the agent serves the script and
-- the script declares it. Gives its name. It outlives the agent, and tells nothing twice.
---@param options forager.DeclaredMonitor
---@return string
function forager.monitor(options) end

-- # Reconcilers
-- Documents and what becomes of them: docs/reconcile.md.

-- Keeps the documents of a kind (`forager apply FILE`): calls `actual`, and `apply` where that is not as the spec says,
-- whenever something is heard and after a while in any case. An error makes the document Degraded; it is tried again.
---@param options forager.ReconcilerOptions
---@return forager.Reconciler
function forager.reconciler(options) end

-- # Workflows
-- Tasks, what they come after, and how the results of some become the arguments of others.

-- A new workflow. A script that returns it has it run, and its results are the script's. It is a function of its name,
-- too.
---@param name string  letters, digits, `_`, `-`
---@param options? forager.WorkflowOptions
---@return forager.Workflow
function forager.workflow(name, options) end

return forager
