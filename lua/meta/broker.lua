---@meta _

-- # Brokers
-- Messages of brokers, as the configuration names them ([redis], [mqtt]). Failures: `refused` (no broker, no right),
-- `unreachable` (nobody knows whether it was heard), `timed_out`, `limit`, `bad_arguments`.
-- More of it: docs/brokers.md.

---@class forager.Message
---@field channel string  on which it came; the stream
---@field payload string  bytes
---@field id? string  of a stream's entry
---@field fields? table<string, string>  of a stream's entry
local Message = {}

-- The payload as data.
---@return any
function Message:json() end

---@class forager.PublishOptions
---@field broker? "redis"|"mqtt"  default: the first that is configured

---@class forager.BrokerRequestOptions : forager.PublishOptions
---@field timeout? forager.Duration  default 30 s

---@class forager.StreamOptions : forager.PublishOptions
---@field most? integer  entries that are kept, about; default 0: all

---@class forager.broker
local broker = {}

-- Sends a message: a string as it is, other data as JSON.
---@param channel string
---@param value forager.Data
---@param options? forager.PublishOptions
function broker.publish(channel, value, options) end

-- Publishes `value` with `response_channel` and `id` in it, and gives the first message that comes back.
---@param channel string
---@param value table<string, forager.Data>
---@param options? forager.BrokerRequestOptions
---@return forager.Message
function broker.request(channel, value, options) end

-- Adds an entry to a stream, with `value` as its field `payload`.
---@param name string
---@param value forager.Data
---@param options? forager.StreamOptions
---@return string id  the entry's
function broker.stream(name, value, options) end
