#include "io/process/environment.hpp"

#include "base/text.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace forager {

namespace {

constexpr std::string_view usual_path = "/usr/local/bin:/usr/bin:/bin";

bool sets(const std::string& entry, std::string_view name)
{
    return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
}

std::string_view path_of(const Environment& environment)
{
    for (const std::string& entry : environment)
        if (sets(entry, "PATH"))
            return std::string_view{entry}.substr(5);
    return usual_path;
}

std::string in_folder(std::string_view folder, const std::string& name)
{
    if (folder.empty() || name.starts_with('/'))
        return name;
    return std::string{folder} + '/' + name;
}

bool is_file(const std::string& path)
{
    struct stat status{};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

} // namespace

Environment current_environment()
{
    Environment environment;
    for (char** entry = environ; *entry != nullptr; ++entry)
        environment.emplace_back(*entry);
    return environment;
}

Result<Environment> with_changes(Environment base, const std::vector<std::pair<std::string, std::string>>& changes)
{
    for (const auto& [name, value] : changes) {
        if (name.empty() || name.find_first_of(std::string_view{"=\0", 2}) != std::string::npos)
            return Failure{Errc::bad_arguments, "'" + name + "' cannot be the name of an environment variable"};
        if (value.find('\0') != std::string::npos)
            return Failure{Errc::bad_arguments, "the environment variable '" + name + "' must not contain a NUL byte"};
        std::erase_if(base, [&name](const std::string& entry) { return sets(entry, name); });
        base.push_back(name + '=' + value);
    }
    return base;
}

Result<std::string> find_program(const std::string& program, const Environment& environment, const std::string& cwd)
{
    if (program.find('/') != std::string::npos)
        return program;
    std::string not_executable;
    for (const std::string_view folder : split(path_of(environment), ':')) {
        std::string path = in_folder(folder.empty() ? "." : folder, program);
        const std::string from_here = in_folder(cwd, path);
        if (!is_file(from_here))
            continue;
        if (access(from_here.c_str(), X_OK) == 0)
            return path;
        not_executable = path;
    }
    if (!not_executable.empty())
        return Failure{Errc::refused, "'" + not_executable + "' is not executable: chmod +x it"};
    return Failure{Errc::not_found,
                   "there is no program '" + program + "' in PATH: install it, or name it with its folder"};
}

} // namespace forager
