#include "io/process/identity.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <utility>

namespace forager {

std::optional<std::uint64_t> birth_of(pid_t process)
{
    std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
    std::string text;
    std::getline(file, text, '\0');
    // The name may hold anything, parentheses too: what follows the last one is the third field.
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos)
        return {};
    std::istringstream fields{text.substr(name_end + 1)};
    constexpr int third = 3;
    constexpr int start_time = 22;
    std::string field;
    for (int n = third; n <= start_time; ++n)
        fields >> field;
    std::istringstream number{field};
    std::uint64_t ticks = 0;
    return number >> ticks ? std::optional{ticks} : std::nullopt;
}

ProcessIdentity this_process(std::string boot)
{
    return {getpid(), birth_of(getpid()).value_or(0), std::move(boot)};
}

std::string to_text(const ProcessIdentity& identity)
{
    return std::to_string(identity.process) + " " + std::to_string(identity.born) + " " + identity.boot + "\n";
}

std::optional<ProcessIdentity> parse_identity(std::string_view text)
{
    std::istringstream fields{std::string{text}};
    ProcessIdentity identity;
    if (!(fields >> identity.process >> identity.born >> identity.boot))
        return {};
    return identity;
}

} // namespace forager
