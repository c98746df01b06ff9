std = "lua54"
exclude_files = { ".forager" }
