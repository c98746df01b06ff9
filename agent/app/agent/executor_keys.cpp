#include "app/agent/executor_keys.hpp"

#include "io/machine.hpp"
#include "primitives/files/content.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace forager {

namespace {

constexpr std::size_t longest_file = 4096;

Result<colonies::PrivateKey> made(const std::string& path)
{
    std::error_code ignored; // the file says it better
    const std::string folder = path.substr(0, path.rfind('/'));
    std::filesystem::create_directories(folder, ignored);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
    colonies::PrivateKey key = colonies::PrivateKey::generate();
    WriteOptions options;
    options.mode = S_IRUSR | S_IWUSR;
    options.exclusive = true;
    if (const auto written = blocking::write(path, key.reveal() + "\n", options); !written)
        return written.error();
    return key;
}

std::string path_of(const std::string& state_dir, const std::string& colony, const std::string& name)
{
    return state_dir + "/keys/" + colony + "/" + name + ".key";
}

Result<colonies::PrivateKey> read_file(const std::string& path)
{
    const auto text = blocking::read(path, longest_file);
    if (!text)
        return text.error();
    auto key = colonies::PrivateKey::from_hex(*text);
    if (!key)
        return Failure{Errc::bad_arguments, path + ": " + key.error().message};
    return key;
}

} // namespace

std::vector<config::ExecutorConfig> executors_of(const config::Settings& settings)
{
    return settings.executors.empty() ? std::vector{config::ExecutorConfig{}} : settings.executors;
}

Secret given_key(const config::ExecutorConfig& executor, const config::ColonyConfig& colony)
{
    if (!executor.key.empty())
        return executor.key;
    return colony.owner_key.empty() ? colony.key : Secret{};
}

Result<colonies::PrivateKey> read_key(const Secret& text, const std::string& setting)
{
    auto key = colonies::PrivateKey::from_hex(text.reveal());
    if (!key)
        return Failure{Errc::bad_arguments, setting + ": " + key.error().message};
    return key;
}

Result<colonies::PrivateKey> kept_key(const std::string& state_dir, const std::string& colony, const std::string& name)
{
    const std::string path = path_of(state_dir, colony, name);
    std::error_code ignored;
    return std::filesystem::exists(path, ignored) ? read_file(path) : made(path);
}

// A folder that is not the caller's hides what is in it: reading says so.
Result<std::optional<colonies::PrivateKey>> existing_key(const std::string& state_dir, const std::string& colony,
                                                         const std::string& name)
{
    const std::string path = path_of(state_dir, colony, name);
    std::error_code trouble;
    if (!std::filesystem::exists(path, trouble) && !trouble)
        return std::nullopt;
    auto key = read_file(path);
    if (!key)
        return key.error();
    return std::move(*key);
}

std::string name_of(const config::ExecutorConfig& executor, const config::AgentConfig& agent)
{
    return executor.name.empty() ? default_executor_name(agent.name, executor.type) : executor.name;
}

std::string default_executor_name(std::string_view agent, std::string_view type)
{
    std::string name = agent.empty() ? machine_facts("/").name : std::string{agent};
    name.append("-").append(type);
    std::ranges::replace_if(
        name,
        [](char letter) {
            const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                               (letter >= '0' && letter <= '9');
            return !plain && letter != '.' && letter != '_' && letter != '-';
        },
        '-');
    return name;
}

} // namespace forager
