-- Backups of PostgreSQL databases, every night: dumped into the object store, read to their end, old ones removed, and
-- the outcome posted to a hook.
--
-- Configuration: [postgres] and [s3] of the agent, and [backup] encryption_key_file for encrypted ones
-- (docs/backup.md); and in the agent's environment, or here:
--
--   BACKUP_DATABASES  names with commas between them; empty: the one of [postgres]
--   BACKUP_HOOK       the URL that hears of each night as JSON, { ok, backups, failed, why }; empty: none
--   BACKUP_KEEP       how many of each database are kept; empty: as many as [postgres] backups says
--   BACKUP_TEST       "true": each is restored into a scratch database, which is dropped afterwards
--
-- The agent serves it from its scripts' folder, and goes on with a night that was cut short after a restart. Once, now:
--
--   forager run nightly-backup.lua
local forager = require "forager"

local databases = {}
for name in forager.env.get("BACKUP_DATABASES", ""):gmatch "[^,%s]+" do
  databases[#databases + 1] = name
end
local hook = forager.env.get("BACKUP_HOOK", "")
local keep = tonumber(forager.env.get("BACKUP_KEEP", ""))
local restore_test = forager.env.get("BACKUP_TEST", "") == "true"

local nightly = forager.workflow("nightly-backup", { concurrency = 2 })

-- What failed is nil for what comes after it.
local function succeeded(_, before)
  return before ~= nil
end

-- The failure of a task is lost to what goes on behind it: its sentence is kept for the report.
local function noting(title, work)
  return function(ctx, dumped)
    local ok, result = pcall(work, ctx, dumped)
    if not ok then
      forager.kv.set(title, tostring(result))
      error(result, 0)
    end
    return result
  end
end

local ends, titles = {}, {}
local function back_up(title, database)
  titles[#titles + 1] = title
  local dump = nightly:task {
    "dump-" .. title,
    retries = 3,
    on_failure = "continue",
    run = noting(title, function(ctx)
      forager.kv.delete(title)
      return ctx:call("backup.backup", { database = database, prune = false })
    end),
  }
  local verify = nightly:task {
    "verify-" .. title,
    after = dump,
    when = succeeded,
    retries = 2,
    on_failure = "continue",
    run = noting(title, function(ctx, dumped)
      ctx:call("backup.verify", {
        file = dumped.filepath_s3,
        checksum = dumped.checksum,
        restore_test = restore_test,
      })
      return dumped
    end),
  }
  -- Only behind a backup that is known to be good.
  ends[#ends + 1] = nightly:task {
    "prune-" .. title,
    after = verify,
    when = succeeded,
    retries = 2,
    on_failure = "continue",
    run = noting(title, function(ctx, dumped)
      dumped.pruned = ctx:call("backup.prune", { database = database, keep = keep }).removed
      return dumped
    end),
  }
end

if #databases == 0 then
  databases = { "default" }
  back_up "default"
else
  for number, database in ipairs(databases) do
    back_up(number .. "-" .. database:gsub("[^%w_-]", "_"), database)
  end
end

local report = nightly:task {
  "report",
  after = ends,
  retries = 3,
  run = function(_, ...)
    local report = { ok = true, backups = {}, failed = forager.json.array {}, why = {} }
    for number, database in ipairs(databases) do
      local done = select(number, ...)
      report.backups[database] = done
      if done == nil then
        report.ok = false
        table.insert(report.failed, database)
        report.why[database] = forager.kv.get(titles[number]) or "it did not end"
      end
    end
    if hook ~= "" then
      local answer = forager.http.post(hook, { json = report, timeout = "30s" })
      assert(answer.status < 300, "the hook answered " .. answer.status)
    end
    return report
  end,
}

-- Told or not, a night without a good backup of each has failed.
nightly:task {
  "verdict",
  after = report,
  run = function(_, told)
    local lost = {}
    for number, database in ipairs(told.failed) do
      lost[number] = "no good backup of " .. database .. ": " .. told.why[database]
    end
    if not told.ok then
      error(table.concat(lost, "; "), 0)
    end
    return true
  end,
}

nightly:cron "0 3 * * *"
return nightly
