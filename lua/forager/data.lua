-- A copy of a value that is data; what is not is refused. null stays null.
return function(value)
  if value == nil then
    return nil
  end
  return native.as_data({ value })[1]
end
