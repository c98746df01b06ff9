---@meta _

-- # Containers
-- A Docker engine: [docker] host of the configuration, or DOCKER_HOST. NAME is a container's name or id. Errors:
-- `not_found` (a container, an image), `refused` (the engine says no, in its own words), `unreachable`,
-- `bad_arguments`, `timed_out`, and of commands `exit`.
-- More of it: docs/docker.md.

-- "SOURCE:TARGET[:ro]", or a table. A source that begins with a slash is a path of the engine's machine, another a
-- volume's name.
---@class forager.DockerMount
---@field source? string
---@field target string  an absolute path in the container
---@field read_only? boolean  default false
---@field type? "tmpfs"  memory that goes with the container

---@class forager.DockerDescription
---@field image string  "nginx" is "nginx:latest"; or an image's id
---@field name? string  default: the engine makes one up
---@field command? string|(string|number)[]  words, or a line of them with quotes; no shell; default the image's own
---@field entrypoint? string|string[]  before the command; default the image's own
---@field env? table<string, string|number>|string[]  names and values, or "NAME=value"
---@field labels? table<string, string>
---@field user? string  "1000", "1000:1000", "name"; default the image's own
---@field cwd? string  default the image's own
---@field hostname? string
---@field network? string  a network's name, "none", "host"; default the engine's own
---@field volumes? (string|forager.DockerMount)[]|table<string, table|string>  or SOURCE → { bind, mode }
---@field ports? (string|integer)[]  "8080:80", "127.0.0.1:8080:80/udp", 80 (any free port of the machine)
---@field memory? forager.Bytes  without swap beyond it; default no limit
---@field cpus? number  cores' worth of time; default no limit
---@field pids? integer  processes and threads; default no limit
---@field shm_size? forager.Bytes  of /dev/shm; default the engine's own
---@field gpus? integer  how many; -1: all
---@field cap_add? string[]  capabilities beyond the usual ones: needs a policy
---@field cap_drop? string[]
---@field read_only? boolean  the root file system; default false
---@field privileged? boolean  all rights of root on the machine: needs a policy; default false
---@field new_privileges? boolean  setuid programs may raise them; default false
---@field init? boolean  a small init process reaps orphans; default false
---@field platform? string  "linux/arm64"
---@field pull? "missing"|"always"|"never"  default missing
---@field on_line? fun(line: string, stream: "stdout"|"stderr")  hears each line while it goes on

---@class forager.DockerRunOptions : forager.DockerDescription
---@field stdin? string  what it reads; default empty
---@field timeout? forager.Duration  the error `timed_out`; default none
---@field limit? forager.Bytes  kept of each output, its beginning and its end; default 4 MB
---@field merge? boolean  both outputs in `stdout`, as the engine hands them on; default false
---@field check? boolean  a status other than 0 is the error `exit`; default true

---@class forager.DockerCreateOptions : forager.DockerDescription
---@field restart? string  "no", "always", "unless-stopped", "on-failure" or "on-failure:5"; default no
---@field on_conflict? "fail"|"keep"|"replace"  when the name is taken; default fail

-- What the handler of a docker: event gets.
---@class forager.DockerEvent
---@field action string  "die", "health_status" …
---@field about? string  what the engine writes behind the action: "unhealthy", a command
---@field container { id: string, name: string, image: string, labels: table<string, string> }
---@field exit_code? integer  of "die"
---@field time number  seconds since 1970
---@field attributes table<string, string>  as the engine has them

---@class forager.DockerEventOptions
---@field type? string  "image", "network", "volume" …, or "any"; default "container"
---@field action? string|string[]  one of these
---@field name? string|string[]  of containers with one of these names or ids
---@field labels? table<string, string>  of what has these; an empty text: any value

---@class forager.DockerFeedEvent
---@field type string
---@field action string
---@field about? string  what the engine writes behind the action
---@field id string
---@field name string
---@field attributes table<string, string>
---@field time number  seconds since 1970

---@class forager.DockerContainer
---@field id string
---@field name string
---@field image string  as it was asked for
---@field state "created"|"running"|"paused"|"restarting"|"removing"|"exited"|"dead"
---@field running boolean
---@field exit_code integer  of its last run
---@field oom_killed boolean  it needed more than its memory limit
---@field restarts integer  by its restart policy
---@field health? "starting"|"healthy"|"unhealthy"  where it has a check
---@field error? string  why it could not begin
---@field started? string  RFC 3339
---@field finished? string
---@field labels table<string, string>

---@class forager.DockerEntry
---@field id string
---@field name string
---@field image string
---@field state string
---@field status string  for people: "Up 2 hours"
---@field created integer  seconds since 1970
---@field labels table<string, string>

---@class forager.DockerUsage
---@field cpu number  cores
---@field memory integer  bytes
---@field memory_limit integer  bytes
---@field pids integer
---@field received integer  bytes over its networks
---@field sent integer
---@field read integer  bytes of its disks
---@field written integer

---@class forager.DockerListOptions
---@field all? boolean  also those that do not run; default false
---@field name? string  a part of it
---@field labels? table<string, string>
---@field count? integer  the newest

---@class forager.DockerLogOptions
---@field tail? integer  the last lines; default all
---@field since? string|integer  RFC 3339, or seconds since 1970
---@field timestamps? boolean  before each line; default false
---@field follow? boolean  until it ends; default false
---@field limit? forager.Bytes  kept of each output; default 4 MB
---@field on_line? fun(line: string, stream: "stdout"|"stderr")

---@class forager.DockerExecOptions
---@field env? table<string, string|number>
---@field user? string
---@field cwd? string
---@field privileged? boolean  needs a policy
---@field timeout? forager.Duration
---@field limit? forager.Bytes
---@field merge? boolean
---@field check? boolean
---@field on_line? fun(line: string, stream: "stdout"|"stderr")

---@class forager.DockerBuildOptions
---@field context string  a folder of this machine; its .dockerignore is obeyed
---@field dockerfile? string  a path in it; default Dockerfile
---@field tag? string  the image's name
---@field tags? string[]
---@field args? table<string, string>  for ARG
---@field labels? table<string, string>
---@field target? string  a stage
---@field network? string  of what it runs
---@field platform? string
---@field pull? boolean  looks for newer base images; default false
---@field cache? boolean  default true
---@field on_line? fun(line: string, stream: "stdout"|"stderr")

---@class forager.DockerImage
---@field id string
---@field names string[]
---@field size integer  bytes
---@field created string|integer  RFC 3339; in lists seconds since 1970
---@field labels table<string, string>

---@class forager.docker
---@field volumes forager.docker.volumes
---@field networks forager.docker.networks
local docker = {}

-- Runs a container to its end, and removes it: also when it fails or is cancelled, and after a death of the agent.
---@param options forager.DockerRunOptions
---@return forager.Completed
function docker.run(options) end

-- Makes a container that is not started. It stays until somebody removes it.
---@param options forager.DockerCreateOptions
---@return forager.DockerContainer
function docker.create(options) end

-- Starts a container. One that is there, by its name: gives whether it was not running. Or makes a new one.
---@param what string|forager.DockerCreateOptions
---@return boolean|forager.DockerContainer
function docker.start(what) end

-- Lets a container end, and kills it when the time is over (default the container's own, else 10 s): whether it was
-- running.
---@param name string
---@param options? { timeout?: forager.Duration, remove?: boolean }
---@return boolean
function docker.stop(name, options) end

-- Lets a container end, and starts it again.
---@param name string
---@param options? { timeout?: forager.Duration }
function docker.restart(name, options) end

-- Sends a container a signal.
---@param name string
---@param options? { signal?: string }  default KILL
function docker.kill(name, options) end

-- Removes a container. Gives whether it was there.
---@param name string
---@param options? { force?: boolean, volumes?: boolean }  also one that runs; its nameless volumes (default true)
---@return boolean
function docker.remove(name, options) end

-- Waits until a container does not run.
---@param name string
---@return integer status
function docker.wait(name) end

-- What is known of a container. With `whole`, all that the engine knows, in its own words.
---@param name string
---@param options? { whole?: boolean }
---@return forager.DockerContainer
function docker.inspect(name, options) end

-- Containers.
---@param options? forager.DockerListOptions
---@return forager.DockerEntry[]
function docker.list(options) end

-- What a container uses of the machine.
---@param name string
---@return forager.DockerUsage
function docker.stats(name) end

-- What a container printed, as the engine keeps it: bytes that are no UTF-8 are lost there.
---@param name string
---@param options? forager.DockerLogOptions
---@return { stdout: string, stderr: string }
function docker.logs(name, options) end

-- Runs a command inside of a container that runs. When it is cancelled, it is killed with all that it has begun; for
-- that the container needs a shell and `cat`.
---@param name string
---@param command string|(string|number)[]
---@param options? forager.DockerExecOptions
---@return forager.Completed
function docker.exec(name, command, options) end

-- What happens in the engine from now on, for a `for` loop: the error `unreachable` ends it when the engine goes.
---@param options? forager.DockerEventOptions
---@return fun(): forager.DockerFeedEvent
function docker.events(options) end

-- Copies a file or folder of this machine into a folder of the container.
---@param name string
---@param from string
---@param to string
function docker.copy_in(name, from, to) end

-- Copies a file or folder of the container into a folder of this machine.
---@param name string
---@param from string
---@param to string
function docker.copy_out(name, from, to) end

-- Fetches an image.
---@param image string
---@param options? { platform?: string, on_line?: fun(line: string, stream: string) }
function docker.pull(image, options) end

-- Builds an image.
---@param options forager.DockerBuildOptions
---@return { id: string, image: string }
function docker.build(options) end

-- Makes an image of a tar archive of a root file system. `changes` are lines of a Dockerfile: "CMD sh".
---@param options { file: string, image: string, changes?: string[] }
---@return { id: string, image: string }
function docker.import(options) end

-- Images.
---@param options? { name?: string, labels?: table<string, string> }  "nginx", "team/*"
---@return forager.DockerImage[]
function docker.images(options) end

-- What is known of an image.
---@param name string
---@return forager.DockerImage
function docker.image(name) end

-- Gives an image another name.
---@param image string
---@param name string
function docker.tag(image, name) end

-- Removes an image.
---@param name string
---@param options? { force?: boolean }
function docker.remove_image(name, options) end

-- Removes the images that no container uses: those without a name, or all.
---@param options? { all?: boolean, labels?: table<string, string> }
---@return { removed: integer, bytes: integer }
function docker.prune_images(options) end

---@class forager.DockerVolume
---@field name string
---@field path string  on the engine's machine
---@field labels table<string, string>

---@class forager.docker.volumes
local volumes = {}

-- Makes a volume. One that is there is as good.
---@param options { name?: string, labels?: table<string, string> }
---@return forager.DockerVolume
function volumes.create(options) end

-- One volume.
---@param name string
---@return forager.DockerVolume
function volumes.inspect(name) end

-- Volumes.
---@param options? { labels?: table<string, string> }
---@return forager.DockerVolume[]
function volumes.list(options) end

-- Removes a volume.
---@param name string
function volumes.remove(name) end

---@class forager.DockerNetwork
---@field id string
---@field name string
---@field driver string
---@field labels table<string, string>

---@class forager.docker.networks
local networks = {}

-- Makes a network.
---@param options { name: string, driver?: string, internal?: boolean, labels?: table<string, string> }
---@return forager.DockerNetwork
function networks.create(options) end

-- One network.
---@param name string
---@return forager.DockerNetwork
function networks.inspect(name) end

-- Networks.
---@param options? { labels?: table<string, string> }
---@return forager.DockerNetwork[]
function networks.list(options) end

-- Removes a network.
---@param name string
function networks.remove(name) end
