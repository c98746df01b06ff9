-- What can be said of the library without running a script. Its files tell here what their functions take and give;
-- they check calls by the same tables, so `forager check` knows of no option that a call would refuse.
local known = { functions = {}, objects = {} }

local function entry(what)
  known.functions[what] = known.functions[what] or {}
  return known.functions[what]
end

-- The options of a function (name → types, see options.lua), which stand in the arguments at these positions.
---@param ... integer
function known.options(what, spec, ...)
  entry(what).options = spec
  entry(what).positions = { ... }
  return spec
end

-- The types of a function's first arguments, as many as are worth a look.
---@param ... string
function known.arguments(what, ...)
  entry(what).arguments = { ... }
end

-- A function gives an object of this name.
function known.gives(what, object)
  entry(what).gives = object
end

-- The methods of an object that scripts get into their hands.
function known.object(name, methods)
  known.objects[name] = methods
  return methods
end

return known
