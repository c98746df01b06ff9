-- How the answers of hello.lua look: a page with bars, and a few lines for the terminal.
local _, path = ...

local report = { folder = path:match "^(.*)/" or "." }

local function size(bytes)
  local units, unit = { "B", "KB", "MB", "GB", "TB" }, 1
  while bytes >= 1024 and unit < #units do
    bytes, unit = bytes / 1024, unit + 1
  end
  return ("%.1f %s"):format(bytes, units[unit])
end

local function escaped(text)
  return (tostring(text):gsub('[&<>"]', { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }))
end

local page = [[
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>This machine</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #22303c }
  h1 { font-weight: 600; margin-bottom: .2rem } h2 { font-size: 1rem; margin: 2rem 0 .5rem; color: #5b6b78 }
  svg { width: 100%%; height: auto; display: block } text { font-size: 13px; fill: #22303c }
  .track { fill: #e8edf1 } .bar { fill: #e0a030 }
  pre { background: #f5f7f9; padding: .8rem; overflow-x: auto; font-size: 13px }
  .ports span { background: #e8edf1; border-radius: .3rem; padding: .1rem .5rem; margin-right: .3rem }
</style>
<h1>This machine</h1>
<p>%s · %d cores · load %.2f</p>
<h2>Memory and disks</h2>
%s
<h2>Largest processes</h2>
%s
<h2>Listening on</h2>
<p class="ports">%s</p>
<h2>Recent log lines</h2>
<pre>%s</pre>
</html>
]]

-- Bars of an SVG chart: each has a label, a part of the whole, and a text.
local function chart(bars)
  local rows = {}
  for i, bar in ipairs(bars) do
    local y = (i - 1) * 34
    rows[i] = ([[<text x="0" y="%d">%s</text><text x="600" y="%d" text-anchor="end">%s</text>
<rect class="track" x="0" y="%d" width="600" height="8" rx="4"/>
<rect class="bar" x="0" y="%d" width="%.1f" height="8" rx="4"/>]]):format(
      y + 13,
      escaped(bar.label),
      y + 13,
      bar.text,
      y + 19,
      y + 19,
      600 * math.min(1, math.max(0, bar.part))
    )
  end
  return ('<svg viewBox="0 0 600 %d" role="img">%s</svg>'):format(math.max(34, #bars * 34), table.concat(rows, "\n"))
end

local function space_bars(found)
  local function bar(label, used, total)
    return { label = label, part = used / math.max(1, total), text = size(used) .. " of " .. size(total) }
  end
  local bars = { bar("memory", found.memory.used, found.memory.total) }
  for _, disk in ipairs(found.disks) do
    bars[#bars + 1] = bar(disk.mount, disk.used, disk.total)
  end
  return bars
end

local function process_bars(found)
  local bars = {}
  for i, process in ipairs(found.largest) do
    bars[i] = { label = process.command, part = process.bytes / found.largest[1].bytes, text = size(process.bytes) }
  end
  return bars
end

local function ports_html(ports)
  local spans = {}
  for i, port in ipairs(ports) do
    spans[i] = "<span>" .. port .. "</span>"
  end
  return #spans > 0 and table.concat(spans) or "no TCP port"
end

function report.html(found)
  local recent = #found.recent > 0 and table.concat(found.recent, "\n") or "no log that this user may read"
  return page:format(
    escaped(found.processor.model),
    found.processor.cores,
    found.processor.load,
    chart(space_bars(found)),
    chart(process_bars(found)),
    ports_html(found.ports),
    escaped(recent)
  )
end

function report.text(found)
  local rows = {
    ("%s, %d cores, load %.2f"):format(found.processor.model, found.processor.cores, found.processor.load),
  }
  for _, bar in ipairs(space_bars(found)) do
    local filled = math.floor(bar.part * 20 + 0.5)
    rows[#rows + 1] = ("%-12s %s%s %s"):format(bar.label, ("#"):rep(filled), ("."):rep(20 - filled), bar.text)
  end
  if found.largest[1] then
    rows[#rows + 1] = ("largest      %s (%s)"):format(found.largest[1].command, size(found.largest[1].bytes))
  end
  rows[#rows + 1] = "listening    " .. (#found.ports > 0 and table.concat(found.ports, " ") or "no TCP port")
  return table.concat(rows, "\n")
end

return report
