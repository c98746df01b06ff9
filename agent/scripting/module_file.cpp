#include "scripting/module_file.hpp"

#include "base/text.hpp"
#include "scripting/builtin_scripts.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

namespace forager::scripting {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf"; // some editors begin a file with it

Failure unreadable(const std::string& path, int error)
{
    const Errc code = error == ENOENT || error == ENOTDIR ? Errc::not_found : Errc::refused;
    return {code, "cannot read script '" + path + "': " + std::generic_category().message(error)};
}

bool is_module_name(std::string_view name)
{
    const auto parts = split(name, '.');
    return std::ranges::all_of(parts, [](std::string_view part) {
        return !part.empty() && part.find_first_of("/\\") == part.npos && part.find('\0') == part.npos;
    });
}

} // namespace

Result<std::string> read_script(const std::string& path)
{
    if (path.starts_with(builtin_folder)) {
        const auto source = builtin_script(std::string_view{path}.substr(builtin_folder.size()));
        return source ? Result<std::string>{std::string{*source}} : unreadable(path, ENOENT);
    }
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (error)
        return unreadable(path, error.value());
    if (std::filesystem::is_directory(status))
        return unreadable(path, EISDIR);
    // Whoever opens a pipe may wait for ever.
    if (!std::filesystem::is_regular_file(status) && !std::filesystem::is_character_file(status))
        return Failure{Errc::refused, "cannot read script '" + path + "': it is not a file"};
    const std::unique_ptr<FILE, int (*)(FILE*)> file{std::fopen(path.c_str(), "re"), std::fclose};
    if (!file)
        return unreadable(path, errno);
    std::string text;
    char piece[16 * 1024];
    while (const std::size_t count = std::fread(piece, 1, sizeof piece, file.get())) {
        text.append(piece, count);
        if (text.size() > longest_script)
            return Failure{Errc::limit, "script '" + path + "' is longer than " + bytes_text(longest_script)};
    }
    if (std::ferror(file.get()) != 0)
        return unreadable(path, errno);
    if (text.find('\0') != text.npos || text.starts_with('\x1b'))
        return Failure{Errc::bad_arguments, "'" + path + "' is not a Lua script: it holds binary data"};
    if (text.starts_with(byte_order_mark))
        text.erase(0, byte_order_mark.size());
    return text;
}

Result<ModuleFile> find_module(const std::string& script, std::string_view name)
{
    if (!is_module_name(name))
        return Failure{Errc::bad_arguments, "'" + std::string{name} + "' is not the name of a module"};
    std::string relative{name};
    std::ranges::replace(relative, '.', '/');
    const std::filesystem::path folder = std::filesystem::path{script}.parent_path();
    std::string looked;
    for (const char* end : {".lua", "/init.lua"}) {
        const std::string path = (folder / (relative + end)).string();
        auto source = read_script(path);
        if (source)
            return ModuleFile{path, std::move(*source)};
        if (source.error().code != Errc::not_found)
            return source.error();
        looked += (looked.empty() ? "'" : " and '") + path + "'";
    }
    return Failure{Errc::not_found, "there is no module '" + std::string{name} + "': looked for " + looked};
}

} // namespace forager::scripting
