---@meta _

-- # Kubernetes
-- A Kubernetes cluster: [kubernetes] of the configuration, or KUBECONFIG, or the account of the pod that it runs in.
-- RESOURCE is "pods", "deployments", "jobs" …, a kind, a short name, or a custom one as "widgets.example.com". Errors,
-- each in the words of Kubernetes: `not_found`, `refused` (also for want of rights), `bad_arguments`, `unreachable`,
-- `timed_out`, and of commands `exit`.
-- More of it: docs/kubernetes.md.

-- One of claim, secret, config_map and empty. A text is the name of a claim.
---@class forager.KubernetesVolume
---@field claim? string  a persistent volume claim
---@field secret? string
---@field config_map? string
---@field empty? boolean  a folder that goes with the pod
---@field read_only? boolean  default false
---@field path? string  a file or folder in the volume; default all of it

---@class forager.KubernetesPodDescription
---@field image string
---@field command? string|(string|number)[]  a line for /bin/sh, or words; default the image's own
---@field args? (string|number)[]
---@field env? table<string, string|integer>
---@field cwd? string  default the image's own
---@field cpu? number|string  cores at most, and requested: 0.5, "500m"
---@field memory? integer|string  bytes at most, and requested: "64Mi"
---@field gpus? integer  nvidia.com/gpu
---@field ports? integer[]  that it listens on
---@field volumes? table<string, string|forager.KubernetesVolume>  a path in the container → what is there
---@field user? integer|string  1000, or "1000:2000" with a group, to which the volumes are open, too
---@field read_only? boolean  the root file system
---@field new_privileges? boolean  false: setuid programs raise none
---@field pull? "missing"|"always"|"never"  default missing
---@field pull_secret? string  for the image's registry
---@field node? table<string, string>  labels of the nodes that it may run on
---@field account? string  a service account
---@field labels? table<string, string>
---@field namespace? string  default the configuration's

---@class forager.KubernetesDeployOptions : forager.KubernetesPodDescription
---@field name string
---@field replicas? integer  default 1

---@class forager.KubernetesJobOptions : forager.KubernetesPodDescription
---@field name? string  default one that nobody has
---@field owner? { apiVersion: string, kind: string, name: string, uid: string }  goes with this object of its namespace
---@field timeout? forager.Duration  the error `timed_out`; default none
---@field limit? forager.Bytes  kept of what it prints, its beginning and its end; default 4 MB
---@field check? boolean  a status other than 0 is the error `exit`; default true
---@field on_line? fun(line: string, stream: "stdout")  hears each line while it goes on

---@class forager.KubernetesListOptions
---@field namespace? string  "*": all
---@field labels? table<string, string>|string  or "app in (a, b)"
---@field fields? table<string, string>|string  "status.phase=Running"
---@field deployment? string  its pods

---@class forager.KubernetesDeleteOptions
---@field namespace? string
---@field propagation? "background"|"foreground"|"orphan"  what becomes of what belongs to it; default background
---@field grace? forager.Duration  until it is killed; default its own
---@field wait? boolean  until it is gone; default false
---@field timeout? forager.Duration  of that; default 2 minutes

---@class forager.KubernetesApplyOptions
---@field namespace? string
---@field force? boolean  default true
---@field manager? string  whose fields they are; default "forager"
---@field subresource? "status"|"scale"  this part of the object alone

---@class forager.KubernetesLogOptions
---@field namespace? string
---@field container? string  default the only one
---@field tail? integer  the last lines; default all
---@field since? forager.Duration
---@field previous? boolean  of the run before its last one; default false
---@field timestamps? boolean  before each line; not with `follow`; default false
---@field follow? boolean  until it ends; default false
---@field limit? forager.Bytes  kept; default 4 MB
---@field on_line? fun(line: string, stream: "stdout")

---@class forager.KubernetesWatchOptions
---@field namespace? string  "*": all
---@field name? string  of the only one
---@field labels? table<string, string>|string

---@class forager.KubernetesFeedEvent
---@field type "added"|"modified"|"deleted"
---@field object table  as Kubernetes has it

-- What the handler of a k8s: event gets.
---@class forager.KubernetesEvent
---@field type "added"|"modified"|"deleted"
---@field name string
---@field namespace string  empty where its kind has none
---@field object table  as Kubernetes has it; of a deleted one what was known last

---@class forager.KubernetesExecOptions
---@field namespace? string
---@field container? string  default the only one
---@field stdin? string  what it reads; default nothing
---@field timeout? forager.Duration
---@field limit? forager.Bytes  kept of each output; default 4 MB
---@field merge? boolean  both outputs in `stdout`; default false
---@field check? boolean  default true
---@field on_line? fun(line: string, stream: "stdout"|"stderr")

---@class forager.k8s
local k8s = {}

-- Makes a deployment, or makes the one of this name so. Returns before its pods are there.
---@param options forager.KubernetesDeployOptions
---@return table deployment
function k8s.deploy(options) end

-- Waits until all pods of a deployment are of its present form and ready (default 5 minutes). Errors: `timed_out`,
-- `refused` (it has given up), with what is wrong with its pods.
---@param name string
---@param options? { timeout?: forager.Duration, namespace?: string }
---@return table deployment
function k8s.wait_ready(name, options) end

-- Says how many pods a deployment has.
---@param name string  of a deployment
---@param replicas integer
---@param options? { namespace?: string }
function k8s.scale(name, replicas, options) end

-- An object.
---@param resource string
---@param name string
---@param options? { namespace?: string }
---@return table? object  nil when there is none
function k8s.get(resource, name, options) end

-- Objects.
---@param resource string
---@param options? forager.KubernetesListOptions
---@return table[] objects
function k8s.list(resource, options) end

-- Removes an object. Gives whether there was one.
---@param resource string
---@param name string
---@param options? forager.KubernetesDeleteOptions
---@return boolean
function k8s.delete(resource, name, options) end

-- Makes an object, or a part of it, so, server-side. It says its apiVersion, kind and metadata.name; where it says its
-- uid, that must be there, and its resourceVersion must be that of what is there. Without `force` fields that another
-- manager has set otherwise fail, too. The error is `refused`, with status 409: so one of several can have an object.
---@param object table
---@param options? forager.KubernetesApplyOptions
---@return table object  as it is now
function k8s.apply(object, options) end

-- What a pod printed.
---@param pod string
---@param options? forager.KubernetesLogOptions
---@return string
function k8s.logs(pod, options) end

-- Changes of objects for a `for` loop, beginning with what is there as "added". It goes on over cuts, and waits for a
-- cluster that is away.
---@param resource string
---@param options? forager.KubernetesWatchOptions
---@return fun(): forager.KubernetesFeedEvent
function k8s.watch(resource, options) end

-- Runs a command in a pod of its own to its end, as a Job, and removes it: also when it fails or is cancelled. Both
-- outputs come as `stdout`.
---@param options forager.KubernetesJobOptions
---@return forager.Completed
function k8s.run_job(options) end

-- Runs a command inside of a pod that runs: a line for /bin/sh, or words. When it is cancelled, it is killed with all
-- that it has begun; for that the container needs a shell and `cat`.
---@param pod string
---@param command string|(string|number)[]
---@param options? forager.KubernetesExecOptions
---@return forager.Completed
function k8s.exec(pod, command, options) end

-- Copies a file or folder of this machine into a folder of a pod, which must be there. The container needs `tar`.
---@param pod string
---@param from string
---@param to string
---@param options? { namespace?: string, container?: string }
function k8s.copy_in(pod, from, to, options) end

-- Copies a file or folder of a pod into a folder of this machine. The container needs `tar`.
---@param pod string
---@param from string
---@param to string
---@param options? { namespace?: string, container?: string }
function k8s.copy_out(pod, from, to, options) end
