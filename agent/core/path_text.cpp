#include "core/path_text.hpp"

#include <filesystem>

namespace forager {

std::string normal_path(std::string_view path)
{
    std::string normal = std::filesystem::path{path}.lexically_normal().string();
    if (normal.starts_with("//"))
        normal.erase(0, 1);
    if (normal.size() > 1 && normal.ends_with('/'))
        normal.pop_back();
    return normal;
}

bool is_within(std::string_view path, std::string_view folder)
{
    if (folder == "/" || path == folder)
        return true;
    return path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/';
}

} // namespace forager
