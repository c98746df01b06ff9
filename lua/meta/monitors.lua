---@meta _

-- # Monitors of containers

---@class forager.MonitorExpectation
---@field status? "running"|"any"|"created"|"exited"|"paused"|"dead"|"restarting"|"removing"  default running
---@field health? "healthy"  of one that has a check
---@field restarts? integer  by the engine's restart policy, at most
---@field memory? forager.Bytes  at most; looked at after each interval
---@field cpu? number  cores that it keeps busy, at most; looked at after each interval

---@class forager.MonitorOptions
---@field name? string  nobody else's; default what it watches, in a script with the script's name before it
---@field container? string  its name or id; or else
---@field prefix? string  all whose names begin so
---@field labels? table<string, string>  all that have these; an empty text: any value
---@field expect? string|forager.MonitorExpectation  "healthy", or another status; default "running"
---@field interval? forager.Duration  the longest time between two looks, 1 s to 24 h; default 10 s
---@field heartbeat? boolean  an event after each interval without one; default false
---@field once? boolean  ends with the first event of what is not as expected; default false
---@field damp? forager.Duration  a change is told when it has lasted so long; default 0
---@field call? string  the function that is called with the event
---@field kwargs? table<string, any>  its further arguments, by name

---@class forager.DeclaredMonitor : forager.MonitorOptions
---@field run? fun(ctx: forager.Context, event: forager.MonitorEvent)  what is called with the event, instead of `call`

---@class forager.MonitorEvent
---@field monitor string  its name
---@field ok boolean  whether all is as expected
---@field reason string  what is not; else empty
---@field container { id?: string, name?: string, image?: string, labels?: table<string, string> }
---@field status string  "running", "exited" …; "missing": there is no such container
---@field running boolean
---@field health? "starting"|"healthy"|"unhealthy"
---@field exit_code? integer  of one that has ended
---@field oom_killed? boolean  of one that has ended
---@field restarts? integer
---@field memory? integer  bytes
---@field cpu? number  cores
---@field changes integer  since the event before; 0: none, this is a heartbeat
---@field time number  when it changed, in seconds since 1970

---@class forager.MonitorStatus
---@field name string
---@field container? string
---@field prefix? string
---@field labels? table<string, string>
---@field call string
---@field owner string  the script that declares it; empty: none does
---@field containers integer  that it looks at
---@field ok? boolean  of all of them; nil: not looked at yet
---@field reason string  of the first that is not as expected
---@field events integer  told so far
---@field last? string  when the last one was told
---@field over boolean  it tells once, and has
---@field trouble string  why an event waits; empty for none

---@class forager.monitors
local monitors = {}

-- Adds a monitor that stays until it is removed, over restarts of the agent; one of the same name is replaced. Gives
-- whether it is new. Only under the agent. Errors: `bad_arguments`, `limit`, `refused`.
---@param options forager.MonitorOptions
---@return boolean
function monitors.add(options) end

-- Removes a monitor. Gives whether there was one. Errors: `refused` (a script declares it).
---@param name string
---@return boolean
function monitors.remove(name) end

-- The monitors, and how their containers are.
---@return forager.MonitorStatus[]
function monitors.list() end
