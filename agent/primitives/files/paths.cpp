#include "primitives/files/paths.hpp"

#include "base/text.hpp"
#include "io/formats/base64.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <sys/random.h>

namespace forager {

namespace {

std::string_view without_slashes(std::string_view path)
{
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    return path;
}

} // namespace

std::string shown(std::string_view path)
{
    const bool is_text = is_utf8(path);
    std::string text = "'";
    for (const char byte : path) {
        const auto value = static_cast<unsigned char>(byte);
        if (value < 0x20 || value == 0x7F || (!is_text && value > 0x7F))
            text += "\\x" + to_hex({&byte, 1});
        else
            text += byte;
    }
    return text + "'";
}

std::string cannot(std::string_view verb, std::string_view path)
{
    return "cannot " + std::string{verb} + " " + shown(path);
}

std::optional<Failure> unusable(std::string_view verb, std::string_view path)
{
    if (path.empty())
        return Failure{Errc::bad_arguments, "cannot " + std::string{verb} + " a file: the path is empty."};
    if (path.find('\0') != std::string_view::npos)
        return Failure{Errc::bad_arguments, cannot(verb, path) + ": a path cannot hold a NUL byte."};
    return std::nullopt;
}

std::string parent_of(std::string_view path)
{
    path = without_slashes(path);
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos)
        return ".";
    return std::string{without_slashes(path.substr(0, slash + 1))};
}

std::string name_of(std::string_view path)
{
    path = without_slashes(path);
    return std::string{path.substr(path.rfind('/') + 1)};
}

std::string joined(std::string_view folder, std::string_view name)
{
    std::string path{folder};
    if (!path.empty() && !path.ends_with('/'))
        path += '/';
    return path.append(name);
}

std::string_view type_name(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG: return "file";
    case S_IFDIR: return "folder";
    case S_IFLNK: return "link";
    case S_IFIFO: return "pipe";
    case S_IFSOCK: return "socket";
    default: return "device";
    }
}

std::string random_name()
{
    std::array<char, 8> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw std::system_error{errno, std::generic_category(), "getrandom"};
    return to_hex({bytes.data(), bytes.size()});
}

Failure stopped(const std::string& attempt)
{
    return {Errc::cancelled, attempt + ": it was cancelled."};
}

} // namespace forager
