-- forager.colony.channels: messages between who submitted a process and who runs it.
local calls = require "forager.colony_calls"
local copy = require "forager.data"
local failure = require "forager.failure"
local json = require "forager.json"
local known = require "forager.known"
local options = require "forager.options"

local channels = {}

local function place_of(what, process, channel)
  options.argument(what, 2, channel, "string")
  return calls.id_of(what, process), channel
end

local append_options = known.options("colony.channels.append", { reply_to = "integer", type = "string" }, 4)

-- A string as it is, other data as JSON. Gives the message's sequence.
function channels.append(process, channel, message, given)
  local what = "colony.channels.append"
  local id = place_of(what, process, channel)
  given = options.check(what, given or {}, append_options)
  if message == nil then
    failure.bad("%s: there is no message", what)
  end
  local text = type(message) == "string" and message or json.encode(copy(message, what .. ": the message"))
  return native.colony_append(id, channel, { text = text, reply_to = given.reply_to, type = given.type })
end

-- Says that no more comes from this side.
function channels.close(process, channel, ...)
  options.no_more("colony.channels.close", 2, ...)
  local id = place_of("colony.channels.close", process, channel)
  native.colony_append(id, channel, { text = "", type = "end" })
end

local read_options = known.options("colony.channels.read", { after = "count", count = "count" }, 3)

-- What is there, from the entry after the first `after` ones on.
function channels.read(process, channel, given)
  local id = place_of("colony.channels.read", process, channel)
  given = options.check("colony.channels.read", given or {}, read_options)
  return native.colony_read(id, channel, given.after or 0, given.count or 500)
end

local follow_options = known.options("colony.channels.follow", { after = "count", mine = "boolean" }, 3)

-- for entry in colony.channels.follow(process, channel) do … end: what the other side says (with `mine` this one, too),
-- until an "end", or the end of the process.
function channels.follow(process, channel, given)
  local id = place_of("colony.channels.follow", process, channel)
  given = options.check("colony.channels.follow", given or {}, follow_options)
  local after = given.after or 0
  local entries, at, closed = {}, 0, false
  local function next_entry()
    at = at + 1
    if entries[at] == nil then
      entries, at = native.colony_next_entries(id, channel, after), 1
    end
    after = after + 1
    return entries[at]
  end
  return function()
    while not closed do
      local entry = next_entry()
      local wanted = entry == nil or given.mine or not entry.mine
      closed = wanted and (entry == nil or entry.type == "end")
      if wanted and not closed then
        return entry
      end
    end
  end
end

return channels
