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

} // namespace

Result<colonies::PrivateKey> kept_key(const std::string& state_dir, const std::string& colony, const std::string& name)
{
    const std::string path = state_dir + "/keys/" + colony + "/" + name + ".key";
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return made(path);
    const auto text = blocking::read(path, longest_file);
    if (!text)
        return text.error();
    auto key = colonies::PrivateKey::from_hex(*text);
    if (!key)
        return Failure{Errc::bad_arguments, path + ": " + key.error().message};
    return key;
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
