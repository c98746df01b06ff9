-- Asks this machine how it is: several questions at once, Python for the sums, a report to look at.
local forager = require "forager"
local report = require "hello_report"
local sh = forager.sh

local hello = forager.workflow "hello"

-- Each question is a task; they run at the same time.
local function ask(name, command)
  return hello:task {
    name,
    on_failure = "continue",
    timeout = "10s",
    run = function()
      return sh(command, { check = false }).stdout
    end,
  }
end

local processor = ask("processor", "grep -m1 'model name' /proc/cpuinfo | cut -d: -f2; nproc; cat /proc/loadavg")
local memory = ask("memory", "grep -E '^(MemTotal|MemAvailable|SwapTotal|SwapFree):' /proc/meminfo")
local disks = ask("disks", "df -P -k -x tmpfs -x devtmpfs -x overlay 2>/dev/null || df -P -k /")
local listening = ask("listening", "grep -h ' 0A ' /proc/net/tcp /proc/net/tcp6 2>/dev/null")
local recent = ask(
  "recent",
  [[dmesg 2>/dev/null | tail -n 5 | grep . ||
    journalctl --quiet --no-pager --lines 5 2>/dev/null | grep . ||
    tail -n 5 /var/log/syslog /var/log/dpkg.log 2>/dev/null]]
)
local largest = ask(
  "largest",
  [[for p in /proc/[0-9]*; do
      rss=$(grep VmRSS: "$p/status" 2>/dev/null) && echo "$rss $(tr '\0\n' '  ' < "$p/cmdline" | cut -c1-60)"
    done | sort -k2 -n -r | head -n 8]]
)

local summary = hello:task {
  "summary",
  after = { processor, memory, disks, largest, listening, recent },
  run = function(_, ...)
    return forager.python { file = "hello_summary.py", call = "summarise", args = { ... }, cwd = report.folder }
  end,
}

hello:task {
  "report",
  after = summary,
  run = function(_, found)
    forager.files.write("report.html", report.html(found))
    return report.text(found) .. "\nreport.html has the whole picture."
  end,
}

return hello:run().report
