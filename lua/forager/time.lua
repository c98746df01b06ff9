-- Points in time and durations, as numbers of seconds.
local known = require "forager.known"
local options = require "forager.options"

local time = {}

-- Seconds since 1970, with their fraction.
function time.now()
  return native.wall_time()
end

-- Seconds of a clock that only goes forward: for measuring.
function time.monotonic()
  return native.monotonic_time()
end

known.arguments("time.seconds", "duration")
known.arguments("time.text", "duration")

-- "1h30m" → 5400.0
function time.seconds(duration)
  options.argument("time.seconds", 1, duration, "duration")
  return native.duration(duration)
end

-- 5400 → "1 h 30 m"
function time.text(duration)
  options.argument("time.text", 1, duration, "duration")
  return native.duration_text(duration)
end

-- RFC 3339 in UTC, as "2026-03-01T12:00:00Z"; of now, or of seconds since 1970.
function time.iso(seconds)
  if seconds ~= nil then
    options.argument("time.iso", 1, seconds, "number")
  end
  return os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(seconds or native.wall_time()))
end

return time
