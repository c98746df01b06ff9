#include "io/machine.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

namespace forager {

namespace {

std::string content(const std::string& path)
{
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

std::optional<std::int64_t> number(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} ? std::optional{value} : std::nullopt;
}

// What stands behind "NAME" and a colon in a file of such lines.
std::string field(const std::string& text, std::string_view name)
{
    for (const std::string_view line : split(text, '\n')) {
        const std::size_t colon = line.find(':');
        if (colon != line.npos && trimmed(line.substr(0, colon)) == name)
            return std::string{trimmed(line.substr(colon + 1))};
    }
    return {};
}

// A device tree has one for the board; elsewhere it is the processor's.
std::string model_of(const std::string& root)
{
    std::string board = content(root + "/proc/device-tree/model");
    std::erase(board, '\0');
    return board.empty() ? field(content(root + "/proc/cpuinfo"), "model name") : board;
}

// The folders of this process in version 2 of the control groups, its own first: the limits of all of them count.
std::vector<std::string> cgroup_folders(const std::string& root)
{
    const std::string text = content(root + "/proc/self/cgroup");
    std::string path;
    for (const std::string_view line : split(text, '\n'))
        if (line.starts_with("0::/"))
            path = line.substr(3);
    std::vector<std::string> folders;
    for (; path.size() > 1; path.resize(path.rfind('/')))
        folders.push_back(root + "/sys/fs/cgroup" + path);
    folders.push_back(root + "/sys/fs/cgroup");
    return folders;
}

// "200000 100000" or "max 100000": microseconds of processors in so many of the clock.
std::optional<std::int64_t> millicores_in(std::string_view limit)
{
    const auto parts = split(trimmed(limit), ' ');
    const auto quota = parts.size() == 2 ? number(parts[0]) : std::nullopt;
    const auto period = parts.size() == 2 ? number(parts[1]) : std::nullopt;
    return quota && period && *period > 0 ? std::optional{*quota * 1000 / *period} : std::nullopt;
}

std::int64_t millicores_of(const std::vector<std::string>& cgroups)
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    const std::int64_t cores = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
    std::int64_t least = cores * 1000;
    for (const std::string& cgroup : cgroups)
        least = std::min(least, millicores_in(content(cgroup + "/cpu.max")).value_or(least));
    return std::max<std::int64_t>(least, 1); // 0 would mean: as much as anybody asks for
}

std::int64_t memory_of(const std::string& root, const std::vector<std::string>& cgroups)
{
    const auto kibibytes = number(field(content(root + "/proc/meminfo"), "MemTotal"));
    std::int64_t least = kibibytes.value_or(0) * 1024;
    for (const std::string& cgroup : cgroups)
        least = std::min(least, number(trimmed(content(cgroup + "/memory.max"))).value_or(least));
    return least;
}

std::int64_t storage_of(const std::string& folder)
{
    struct statvfs found{};
    if (statvfs(folder.c_str(), &found) != 0)
        return 0;
    return static_cast<std::int64_t>(found.f_blocks) * static_cast<std::int64_t>(found.f_frsize);
}

std::string address_text(const sockaddr& address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.sa_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(address);
        return inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
    }
    if (address.sa_family != AF_INET6)
        return {};
    const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
    return IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr) ? "" : inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
}

std::vector<std::string> own_addresses()
{
    constexpr std::size_t most = 16;
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0)
        return {};
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> all{first, freeifaddrs};
    std::vector<std::string> addresses;
    for (const ifaddrs* one = first; one != nullptr && addresses.size() < most; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0)
            continue;
        if (std::string text = address_text(*one->ifa_addr); !text.empty())
            addresses.push_back(std::move(text));
    }
    return addresses;
}

Gpus gpus_of(const std::string& root)
{
    Gpus gpus;
    std::error_code none;
    for (const auto& one : std::filesystem::directory_iterator{root + "/proc/driver/nvidia/gpus", none}) {
        gpus.model = field(content(one.path().string() + "/information"), "Model");
        ++gpus.count;
    }
    return gpus;
}

} // namespace

MachineFacts machine_facts(const std::string& folder, const std::string& root)
{
    utsname system{};
    (void)uname(&system);
    const std::vector<std::string> cgroups = cgroup_folders(root);
    MachineFacts facts;
    facts.name = system.nodename;
    facts.model = model_of(root);
    facts.architecture = system.machine;
    facts.millicores = millicores_of(cgroups);
    facts.memory = memory_of(root, cgroups);
    facts.storage = storage_of(folder);
    facts.addresses = own_addresses();
    facts.gpus = gpus_of(root);
    return facts;
}

} // namespace forager
