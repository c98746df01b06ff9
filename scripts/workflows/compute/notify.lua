-- Tells others of a job's beginning and end. A job does not fail because nobody listens.
local forager = require "forager"

local notify = {}

local tries = 3

local function post(url, state)
  local ok, answer = pcall(forager.http.post, url, { json = state, timeout = "10s" })
  if not ok then
    return answer.message
  end
  return answer.status > 299 and ("%s answered %d"):format(url, answer.status) or nil
end

function notify.post(url, state, ctx)
  local problem
  for attempt = 1, tries do
    problem = post(url, state)
    if not problem then
      return
    end
    if attempt < tries then
      forager.sleep(attempt)
    end
  end
  ctx:log("not told: %s", problem)
end

return notify
