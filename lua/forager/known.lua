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

-- A method that says so when it is called with a dot: its first argument would be taken for the object.
local function guarded(object, methods, name, method)
  return function(self, ...)
    if getmetatable(self) ~= methods and getmetatable(self) ~= object then
      local message = ("'%s' is a method: call it with a colon, %s:%s(…)"):format(name, object, name)
      require("forager.failure").raise { code = "bad_arguments", message = message }
    end
    return method(self, ...)
  end
end

-- What reads a field of an object that has nothing but methods and a few fixed fields: a typo is not nil.
local function missing(object, methods, name, otherwise)
  if type(name) ~= "string" or name:find "^__" then
    return nil
  end
  local names = {}
  for method in pairs(methods) do
    names[#names + 1] = method:match "^%l.*"
  end
  local near = native.nearest(name, native.list(names))
  local hint = near and (" (did you mean '%s'?)"):format(near) or otherwise and (" (%s)"):format(otherwise) or ""
  local message = ("a %s has no '%s'%s"):format(object, name, hint)
  require("forager.failure").raise { code = "script", message = message }
end

-- The table for the methods of an object that scripts get into their hands, which is its metatable, too. `open`: the
-- object may have other fields; else reading one that it does not have fails, with `hint` behind.
function known.object(object, open, hint)
  local methods = { __name = object }
  known.objects[object] = methods
  return setmetatable(methods, {
    __newindex = function(_, name, value)
      if not name:find "^__" then
        value = guarded(object, methods, name, value)
      end
      rawset(methods, name, value)
    end,
    __index = not open and function(_, name)
      return missing(object, methods, name, hint)
    end or nil,
  })
end

return known
