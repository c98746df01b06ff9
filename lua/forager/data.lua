-- A copy of a value that is data; what is not is refused. null stays null.
---@param what string  what it is, for the error
return function(value, what)
  if value == nil then
    return nil
  end
  return native.as_data(value, what)
end
