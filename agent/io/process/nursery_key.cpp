#include "io/process/nursery_key.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace forager {

namespace {

// Of the loader, the C library and the interpreters.
constexpr std::array<std::string_view, 6> names{"PATH", "HOME", "LANG", "LANGUAGE", "TZ", "GLIBC_TUNABLES"};
constexpr std::array<std::string_view, 4> beginnings{"PYTHON", "LC_", "LD_", "MALLOC_"};

bool matters(std::string_view entry)
{
    const std::string_view name = entry.substr(0, entry.find('='));
    return std::ranges::find(names, name) != names.end() ||
           std::ranges::any_of(beginnings, [name](std::string_view beginning) { return name.starts_with(beginning); });
}

bool is_script(const std::string& path)
{
    std::array<char, 2> mark{};
    std::ifstream{path, std::ios::binary}.read(mark.data(), mark.size());
    return mark == std::array{'#', '!'};
}

} // namespace

std::optional<NurseryKey> nursery_key(const LaunchPlan& plan)
{
    auto program = find_program(plan.argv.at(0), plan.environment, plan.cwd);
    if (!program || !program->starts_with('/'))
        return {};
    NurseryKey key;
    key.argv = plan.argv;
    key.script = is_script(*program);
    key.program = std::move(*program);
    key.folder = "/";
    std::error_code problem;
    if (key.script)
        key.folder = std::filesystem::absolute(plan.cwd.empty() ? "." : plan.cwd, problem).string();
    std::ranges::copy_if(plan.environment, std::back_inserter(key.environment),
                         [&key](const std::string& entry) { return key.script || matters(entry); });
    return problem ? std::nullopt : std::optional{std::move(key)};
}

Environment starting_environment(const NurseryKey& key, Environment base)
{
    if (key.script)
        return key.environment;
    std::erase_if(base, matters);
    base.insert(base.end(), key.environment.begin(), key.environment.end());
    return base;
}

} // namespace forager
