#include "primitives/docker/permitted_mounts.hpp"

#include "core/path_text.hpp"
#include "primitives/docker/policy_refusal.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <utility>

namespace forager::docker_work {

using docker::Mount;

namespace {

// Those of Docker, containerd, Podman and CRI-O.
constexpr std::array<std::string_view, 10> sockets = {
    "/run/docker.sock",    "/var/run/docker.sock", "/run/docker",     "/var/run/docker",     "/run/containerd",
    "/var/run/containerd", "/run/podman",          "/var/run/podman", "/run/crio/crio.sock", "/var/run/crio/crio.sock",
};

constexpr std::array<std::string_view, 15> of_the_machine = {
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/proc",
    "/root",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/spool/cron",
};

// A folder gives what is in it.
bool touches(std::string_view path, std::string_view what)
{
    return is_within(path, what) || is_within(what, path);
}

// Where a path of this machine leads; nothing where this user may not look.
std::optional<std::string> resolved(const std::string& path)
{
    std::error_code error;
    const auto real = std::filesystem::weakly_canonical(path, error);
    return error ? std::nullopt : std::optional{normal_path(real.string())};
}

} // namespace

bool is_as_good_as_root(std::string_view path, bool read_only, const std::string& socket)
{
    const auto touches_it = [&](std::string_view what) { return touches(path, what); };
    if (std::ranges::any_of(sockets, touches_it) || (!socket.empty() && touches_it(socket)))
        return true;
    return !read_only && std::ranges::any_of(of_the_machine, touches_it);
}

PermittedMounts::PermittedMounts(const Policy& policy, const std::string& socket) : policy_{policy}, socket_{socket}
{
    for (const std::string& text : policy.mounts)
        if (auto rule = parse_mount_rule(text); rule.has_value()) // the configuration has no others
            rules_.push_back(std::move(*rule));
}

Result<void> PermittedMounts::permit(const Mount& mount, const std::string& setting) const
{
    if (mount.kind == Mount::Kind::tmpfs)
        return {};
    if (mount.kind == Mount::Kind::volume)
        return has_rule(mount.source, mount.read_only) ? Result<void>{} : refused(setting, mount.source, mount);
    const std::string path = normal_path(mount.source);
    if (!is_permitted(path, mount.read_only))
        return refused(setting, path, mount);
    if (socket_.empty())
        return {};
    const auto real = resolved(path);
    if (!real)
        return has_rule("/", mount.read_only) ? Result<void>{} : refused(setting, path, mount);
    return is_permitted(*real, mount.read_only) ? Result<void>{} : refused(setting, *real, mount);
}

bool PermittedMounts::has_rule(std::string_view source, bool read_only) const
{
    return std::ranges::any_of(
        rules_, [&](const MountRule& rule) { return (read_only || !rule.read_only) && covers(rule, source); });
}

// A rule that names such a path means it; one that is about everything does not.
bool PermittedMounts::has_rule_of_its_own(std::string_view path, bool read_only) const
{
    return std::ranges::any_of(rules_, [&](const MountRule& rule) {
        return rule.source != "/" && (read_only || !rule.read_only) && covers(rule, path) &&
               is_as_good_as_root(rule.source, rule.read_only, socket_);
    });
}

bool PermittedMounts::is_permitted(std::string_view path, bool read_only) const
{
    const bool is_root = is_as_good_as_root(path, read_only, socket_);
    return is_root && !policy_.privileged ? has_rule_of_its_own(path, read_only) : has_rule(path, read_only);
}

Failure PermittedMounts::refused(const std::string& setting, const std::string& source, const Mount& mount) const
{
    const bool is_root = mount.kind == Mount::Kind::bind && is_as_good_as_root(source, mount.read_only, socket_);
    std::string asked = in_quotes(source);
    if (mount.kind == Mount::Kind::bind && source != normal_path(mount.source))
        asked += " (where " + in_quotes(mount.source) + " leads)";
    asked += mount.read_only ? ", only read" : ", written to";
    if (is_root)
        asked += ", which is as good as being root of the machine";
    const std::string rule = source + (mount.read_only ? ":ro" : "");
    return refusal(policy_, setting, asked, is_root && source == "/" ? "privileged = true" : in_list("mounts", rule));
}

} // namespace forager::docker_work
