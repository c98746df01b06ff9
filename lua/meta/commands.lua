---@meta _

-- # Commands and Python

-- Without `cwd` a command begins in the caller's folder under `run` and `call`, in the agent in a scratch folder of the
-- invocation; a relative one starts at the folder that the program was started in. With `user` come his groups, `HOME`,
-- `USER` and `LOGNAME`; only an agent that runs as root may choose. `on_line` gets a line beyond 64 KB in parts.
---@class forager.CommandOptions
---@field check? boolean  a status other than 0 is the error `exit`, with the end of stderr; default true
---@field stdin? string  what it reads; default empty
---@field env? table<string, string|number>  added to the environment
---@field cwd? string  its folder
---@field timeout? forager.Duration  ends it with all that it started: the error `timed_out`; default none
---@field user? string  whose rights it has, by name or number; default the agent's own
---@field merge? boolean  both outputs in `stdout`, in the order written; default false
---@field limit? forager.Bytes  kept of each output, its beginning and its end; default 4 MB, or `limits.output`
---@field on_line? fun(line: string, stream: "stdout"|"stderr")  hears each line while it runs
---@field limits? forager.CommandLimits  kept by the kernel
---@field scratch? boolean  begins in an empty folder of its own, removed afterwards; not with `cwd`; default false

-- Words and options in one table: `sh { "ls", "-l", cwd = "/tmp" }`. Words are strings and numbers.
---@class forager.Command : forager.CommandOptions
---@field [integer] string|number

-- What the kernel keeps the command and each process that it starts to, one by one.
---@class forager.CommandLimits
---@field cpu? forager.Duration  of computing, rounded up to whole seconds
---@field memory? forager.Bytes  of address space
---@field file_size? forager.Bytes  of the largest file that it may write
---@field open_files? integer
---@field processes? integer  of the whole user

---@class forager.Completed
---@field stdout string  bytes, unchanged
---@field stderr string  bytes, unchanged; empty with `merge`
---@field code integer  exit status; 128 and the signal's number when a signal ended it
---@field signal? integer  that ended it
---@field seconds number  how long it took

-- An exception is the error `script`: the message is Python's, `where` its place in the Python code, `traceback`
-- Python's, `python_type` the exception's class. `sys.exit(3)` is the error `exit`. Strings that are not UTF-8 arrive
-- as `bytes`, and `bytes` come back as strings. Arrays of numpy come back as lists, nested as they have dimensions.
---@class forager.PythonOptions
---@field code? string  the code itself; one of `code` and `file` is needed
---@field file? string  a path, relative to `cwd`
---@field call? string  the function to call, also an `async` one; default the value of the variable `result`
---@field args? forager.Data[]  its arguments; only with `call`
---@field kwargs? table<string, forager.Data>  its keyword arguments; only with `call`
---@field python? string  an interpreter or the folder of a venv; default python3
---@field timeout? forager.Duration  default none
---@field env? table<string, string>  added to the environment
---@field cwd? string  its folder; default the caller's, in the agent a scratch folder of the invocation
---@field on_line? fun(line: string, stream: "stdout"|"stderr")  hears what it prints; default: it is logged
