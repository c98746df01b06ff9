#include "io/process/process_user.hpp"

#include "io/system_failure.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>

namespace forager {

namespace {

constexpr std::size_t room_for_strings = std::size_t{64} * 1024; // of one entry
constexpr int most_groups = 65536;                               // the kernel's own limit

std::optional<uid_t> number_in(const std::string& name)
{
    uid_t number = 0;
    const char* end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data(), end, number);
    return error == std::errc{} && rest == end ? std::optional{number} : std::nullopt;
}

Failure may_not_become(const std::string& name)
{
    return {Errc::refused,
            "a command cannot run as the user '" + name + "': only an agent that runs as root may choose"};
}

std::vector<gid_t> groups_of(const passwd& entry)
{
    std::vector<gid_t> groups(64);
    for (;;) {
        int count = static_cast<int>(groups.size());
        if (getgrouplist(entry.pw_name, entry.pw_gid, groups.data(), &count) >= 0) {
            groups.resize(static_cast<std::size_t>(count));
            return groups;
        }
        if (groups.size() >= most_groups)
            return {entry.pw_gid};
        groups.resize(groups.size() * 2);
    }
}

} // namespace

Result<ProcessUser> find_user(const std::string& name)
{
    const std::optional<uid_t> number = number_in(name);
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> strings(room_for_strings);
    const int error = number ? getpwuid_r(*number, &entry, strings.data(), strings.size(), &found)
                             : getpwnam_r(name.c_str(), &entry, strings.data(), strings.size(), &found);
    if (found == nullptr && error != 0 && error != ENOENT && error != ESRCH)
        return system_failure("the user '" + name + "' cannot be looked up", error);
    if (found == nullptr)
        return Failure{Errc::not_found, "there is no user '" + name + "' to run a command as"};
    if (geteuid() != 0 && geteuid() != entry.pw_uid)
        return may_not_become(name);
    ProcessUser user;
    user.name = entry.pw_name;
    user.home = entry.pw_dir;
    user.user = entry.pw_uid;
    user.group = entry.pw_gid;
    user.groups = groups_of(entry);
    return user;
}

} // namespace forager
