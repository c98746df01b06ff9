#include "io/process/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace forager {

namespace {

constexpr std::size_t for_each_command = 5;
constexpr std::size_t for_others = 128;
constexpr std::size_t most_commands = 100'000;

rlimit64 present()
{
    rlimit64 limit{};
    getrlimit64(RLIMIT_NOFILE, &limit);
    return limit;
}

} // namespace

std::uint64_t set_open_files(std::optional<std::uint64_t> wanted)
{
    const rlimit64 limit = present();
    const rlimit64 ours{std::min<rlim64_t>(wanted.value_or(limit.rlim_max), limit.rlim_max), limit.rlim_max};
    setrlimit64(RLIMIT_NOFILE, &ours);
    return limit.rlim_cur;
}

std::size_t commands_at_once()
{
    const rlim64_t all = present().rlim_cur;
    const std::uint64_t for_commands = all - std::min<rlim64_t>(all, for_others);
    return std::clamp<std::uint64_t>(for_commands / for_each_command, 1, most_commands);
}

Failure too_few_open_files(const std::string& program)
{
    return {Errc::limit, "'" + program + "' cannot be started: this process may open no more than " +
                             std::to_string(present().rlim_cur) + " files (ulimit -n)"};
}

} // namespace forager
