-- Python with arguments and results as data.
local forager = require "forager"

local area = forager.python { code = [[def area(w, h): return w * h]], call = "area", args = { 2, 3 } }
local ok, problem = pcall(forager.python, { code = "x = {}\nresult = x['missing']" })
print(ok, problem.message, problem.where)

return area
