#include "primitives/docker/permission.hpp"

#include "base/text.hpp"
#include "core/container_rules.hpp"
#include "primitives/docker/permitted_limits.hpp"
#include "primitives/docker/permitted_mounts.hpp"
#include "primitives/docker/policy_refusal.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>
#include <vector>

namespace forager::docker_work {

using docker::ContainerSpec;
using docker::Mount;
using docker::Port;

namespace {

bool matches_any(const Policy::Texts& patterns, std::string_view text)
{
    return std::ranges::any_of(patterns, [&](const std::string& pattern) { return matches_pattern(pattern, text); });
}

// The first of the list that says what it is.
const std::string* first_plain(const Policy::Texts& list)
{
    const auto first =
        std::ranges::find_if(list, [](const std::string& item) { return item.find_first_of("*?") == item.npos; });
    return first == list.end() ? nullptr : &*first;
}

// What was not asked for is the list's first, unless the usual one is in the list. `asked` is what the usual one is
// called.
Result<void> complete(const Policy& policy, const Policy::Texts& list, std::string_view key, std::string_view setting,
                      std::string_view usual, std::string& asked)
{
    if (matches_any(list, asked.empty() ? usual : asked))
        return {};
    const std::string* first = first_plain(list);
    if (!asked.empty() || first == nullptr)
        return refusal(policy, std::string{setting}, asked.empty() ? "left out" : in_quotes(asked),
                       in_list(key, asked.empty() ? usual : asked));
    asked = *first;
    return {};
}

std::string capability_in(std::string_view word)
{
    std::string name{word};
    for (char& byte : name)
        byte = byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte;
    constexpr std::string_view prefix = "CAP_";
    return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

// Every container has them: who dropped them may take them back.
bool is_usual(std::string_view capability)
{
    constexpr std::array<std::string_view, 14> usual = {
        "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER", "FSETID",  "KILL",   "MKNOD",
        "NET_BIND_SERVICE", "NET_RAW", "SETFCAP",      "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"};
    return std::ranges::find(usual, capability) != usual.end();
}

bool has_capability(const Policy& policy, const std::string& wanted)
{
    return std::ranges::any_of(policy.capabilities, [&](const std::string& item) {
        const std::string name = capability_in(item);
        return name == wanted || name == "ALL" || (name == "USUAL" && is_usual(wanted));
    });
}

Result<void> permit_capabilities(const Policy& policy, const docker::Words& wanted)
{
    for (const std::string& word : wanted)
        if (const std::string name = capability_in(word); !has_capability(policy, name))
            return refusal(policy, "cap_add", in_quotes(name), in_list("capabilities", name));
    return {};
}

Result<void> permit_privileged(const Policy& policy, bool privileged)
{
    if (privileged && !policy.privileged)
        return refusal(policy, "privileged", "true", "privileged = true");
    return {};
}

Result<void> permit_mounts(const Policy& policy, const std::string& socket, const std::vector<Mount>& mounts)
{
    const PermittedMounts judge{policy, socket};
    for (const Mount& mount : mounts)
        if (auto allowed = judge.permit(mount, "volumes"); allowed.has_error())
            return allowed;
    return {};
}

bool is_allowed(const Policy& policy, const Port& port)
{
    return std::ranges::any_of(policy.ports, [&](const std::string& text) {
        const auto rule = parse_port_rule(text);
        return rule.has_value() && allows(*rule, port.address, port.host);
    });
}

std::string shown(const Port& port)
{
    const std::string host = port.host ? std::to_string(*port.host) : "any free port";
    return port.address.empty() ? host : port.address + ":" + host;
}

Result<void> permit_ports(const Policy& policy, const std::vector<Port>& ports)
{
    for (const Port& port : ports)
        if (!is_allowed(policy, port))
            return refusal(policy, "ports", in_quotes(shown(port)), in_list("ports", port.host ? shown(port) : "*"));
    return {};
}

Result<void> permit_rights(const Policy& policy, ContainerSpec& spec)
{
    if (auto fine = permit_privileged(policy, spec.privileged); fine.has_error())
        return fine;
    if (auto fine = permit_capabilities(policy, spec.cap_add); fine.has_error())
        return fine;
    if (spec.new_privileges && !policy.new_privileges)
        return refusal(policy, "new_privileges", "true", "new_privileges = true");
    if (spec.gpus && !policy.gpus)
        return refusal(policy, "gpus", std::to_string(*spec.gpus), "gpus = true");
    spec.read_only = spec.read_only || policy.read_only;
    return complete(policy, policy.users, "users", "user", "", spec.user);
}

// Its rights are as wide, whatever it is called.
bool has_the_hosts(const Object& host)
{
    const auto is_hosts = [&](const char* name) { return part<std::string>(host, name) == "host"; };
    return part<bool>(host, "Privileged") || is_hosts("PidMode") || is_hosts("IpcMode") || is_hosts("UsernsMode") ||
           !part<Array>(host, "Devices").empty();
}

docker::Words words_in(const Array& list)
{
    docker::Words words;
    for (const Value& item : list)
        if (const auto* word = item.get<std::string>())
            words.push_back(*word);
    return words;
}

std::vector<Mount> mounts_in(const Object& inspected)
{
    std::vector<Mount> mounts;
    for (const Value& entry : part<Array>(inspected, "Mounts")) {
        const auto* object = entry.get<Object>();
        if (object == nullptr || part<std::string>(*object, "Type") != "bind")
            continue;
        mounts.push_back({Mount::Kind::bind, part<std::string>(*object, "Source"),
                          part<std::string>(*object, "Destination"), !part<bool>(*object, "RW")});
    }
    return mounts;
}

Result<void> of_the_container(Result<void> judged)
{
    if (judged.has_value())
        return judged;
    Failure failure = judged.error();
    failure.message = "of the container, " + failure.message;
    return failure;
}

} // namespace

Result<void> permit_image(const Policy& policy, std::string_view image)
{
    const bool is_known =
        std::ranges::any_of(policy.images, [&](const std::string& pattern) { return matches_image(pattern, image); });
    return is_known ? Result<void>{} : refusal(policy, "image", in_quotes(image), in_list("images", image));
}

Result<void> permit_network(const Policy& policy, std::string& network)
{
    constexpr std::string_view usual = "bridge";
    if (network == "default")
        network = usual;
    return complete(policy, policy.networks, "networks", "network", usual, network);
}

Result<void> permit_container(const Policy& policy, const std::string& socket, ContainerSpec& spec)
{
    if (auto fine = permit_image(policy, spec.image); fine.has_error())
        return fine;
    if (auto fine = permit_rights(policy, spec); fine.has_error())
        return fine;
    if (auto fine = permit_mounts(policy, socket, spec.mounts); fine.has_error())
        return fine;
    if (auto fine = permit_network(policy, spec.network); fine.has_error())
        return fine;
    if (auto fine = permit_ports(policy, spec.ports); fine.has_error())
        return fine;
    return permit_limits(policy, spec);
}

Result<void> permit_use(const Policy& policy, const std::string& socket, const Object& inspected)
{
    const auto host = part<Object>(inspected, "HostConfig");
    if (auto fine = permit_privileged(policy, has_the_hosts(host)); fine.has_error())
        return of_the_container(fine);
    if (auto fine = permit_capabilities(policy, words_in(part<Array>(host, "CapAdd"))); fine.has_error())
        return of_the_container(fine);
    return of_the_container(permit_mounts(policy, socket, mounts_in(inspected)));
}

Result<void> permit_command(const Policy& policy, bool privileged, std::string& user)
{
    if (auto fine = permit_privileged(policy, privileged); fine.has_error())
        return fine;
    return complete(policy, policy.users, "users", "user", "", user);
}

Result<void> permit_making(const Policy& policy, std::string_view name)
{
    if (!policy.build)
        return refusal(policy, "image", "made here", "build = true");
    return name.empty() ? Result<void>{} : permit_image(policy, name);
}

Result<void> permit_reading(const Policy& policy, const std::string& socket, const std::string& folder)
{
    std::error_code error; // what is not there has no links, either
    const auto absolute = std::filesystem::absolute(folder, error);
    const auto real = std::filesystem::weakly_canonical(absolute, error);
    const std::string path = (error ? absolute : real).string();
    return PermittedMounts{policy, socket}.permit({Mount::Kind::bind, path, "", true}, "context");
}

} // namespace forager::docker_work
