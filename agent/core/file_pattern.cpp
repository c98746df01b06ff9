#include "core/file_pattern.hpp"

#include "base/text.hpp"

namespace forager {

namespace {

Failure refused(std::string_view text, const std::string& why)
{
    return {Errc::bad_arguments, "cannot watch '" + printable(text) + "': " + why};
}

} // namespace

Result<FilePattern> FilePattern::parse(std::string_view text)
{
    if (!text.starts_with('/'))
        return refused(text, "the path must begin with '/', for the agent may run in any folder");
    if (text.ends_with('/'))
        return refused(text, "the path must end with a file's name; write '*' for every file");
    if (text.find('\0') != std::string_view::npos || text.size() >= 4096)
        return refused(text, "that cannot be a path");
    FilePattern pattern;
    pattern.text_ = text;
    for (const std::string_view part : split(text, '/')) {
        if (part == "." || part == "..")
            return refused(text, "the path must not hold '.' or '..'");
        if (part.find("**") != std::string_view::npos)
            return refused(text, "'**' is not supported; write one pattern for each depth, such as /in/*/*.csv");
        if (!part.empty())
            pattern.parts_.emplace_back(part);
    }
    if (pattern.parts_.empty())
        return refused(text, "the path must end with a file's name; write '*' for every file");
    return pattern;
}

bool has_wildcards(const std::string& part)
{
    return part.find_first_of("*?[\\") != std::string::npos;
}

std::string path_in(const std::string& folder, const std::string& name)
{
    return folder == "/" ? "/" + name : folder + "/" + name;
}

} // namespace forager
