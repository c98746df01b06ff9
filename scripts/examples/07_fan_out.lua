-- A fan-out with retries: one run for each item, a few at a time; what fails for good does not stop the rest.
local forager = require "forager"

local batch = forager.workflow "batch"

local list = batch:task {
  "list",
  run = function()
    return { "a", "b", "c", "d" }
  end,
}
local tried = {}
batch:task {
  "each",
  after = list,
  foreach = list,
  concurrency = 2,
  retries = 1,
  run = function(_, item)
    tried[item] = (tried[item] or 0) + 1
    if item == "c" and tried[item] == 1 then
      error "c needs a second try"
    end
    return item:upper()
  end,
}
local broken = batch:task {
  "broken",
  on_failure = "continue",
  run = function()
    error "not today"
  end,
}
batch:task {
  "after_all",
  after = broken,
  run = function(_, result)
    return result == nil
  end,
}

return batch
