#include "clients/docker/container_spec.hpp"

#include <cmath>
#include <utility>

namespace forager::docker {

namespace {

constexpr double nanoseconds_of_a_core = 1e9;

std::string_view word(Mount::Kind kind)
{
    switch (kind) {
    case Mount::Kind::bind: return "bind";
    case Mount::Kind::volume: return "volume";
    case Mount::Kind::tmpfs: return "tmpfs";
    }
    return "bind";
}

// Only the older form makes a folder that is not there (in `Mounts` since API 1.42), and it is parted by colons.
bool is_of_the_older_form(const Mount& mount)
{
    return mount.kind == Mount::Kind::bind && mount.makes_source && mount.source.find(':') == std::string::npos &&
           mount.target.find(':') == std::string::npos;
}

Array mounts_of(const std::vector<Mount>& mounts)
{
    Array list;
    for (const Mount& mount : mounts)
        if (!is_of_the_older_form(mount))
            list.emplace_back(Object{{"Type", word(mount.kind)},
                                     {"Source", mount.source},
                                     {"Target", mount.target},
                                     {"ReadOnly", mount.read_only}});
    return list;
}

Array binds_of(const std::vector<Mount>& mounts)
{
    Array list;
    for (const Mount& mount : mounts)
        if (is_of_the_older_form(mount))
            list.emplace_back(mount.source + ":" + mount.target + (mount.read_only ? ":ro" : ""));
    return list;
}

std::string name_of(const Port& port)
{
    return std::to_string(port.container) + "/" + port.protocol;
}

// A port may be bound more than once.
Object bindings_of(const std::vector<Port>& ports)
{
    Object bindings;
    for (const Port& port : ports) {
        const std::string name = name_of(port);
        if (bindings.find(name) == nullptr)
            bindings.append(name, Array{});
        const std::string host = port.host ? std::to_string(*port.host) : "";
        bindings.find(name)->get<Array>()->emplace_back(Object{{"HostIp", port.address}, {"HostPort", host}});
    }
    return bindings;
}

Object exposed(const std::vector<Port>& ports)
{
    Object object;
    for (const Port& port : ports)
        object.set(name_of(port), Object{});
    return object;
}

Value gpu_request(std::int64_t count)
{
    return Array{Object{{"Driver", ""}, {"Count", count}, {"Capabilities", Array{Value{Array{"gpu"}}}}}};
}

void add_limits(Object& host, const ContainerSpec& spec)
{
    if (spec.memory) {
        host.append("Memory", *spec.memory);
        host.append("MemorySwap", *spec.memory);
    }
    if (spec.cpus)
        host.append("NanoCpus", static_cast<std::int64_t>(std::llround(*spec.cpus * nanoseconds_of_a_core)));
    if (spec.pids)
        host.append("PidsLimit", *spec.pids);
    if (spec.shm_size)
        host.append("ShmSize", *spec.shm_size);
    if (spec.gpus)
        host.append("DeviceRequests", gpu_request(*spec.gpus));
}

Object test_of(const HealthTest& health)
{
    Array test{"CMD"};
    for (const std::string& word : health.command)
        test.emplace_back(word);
    return {{"Test", std::move(test)},
            {"Interval", health.interval.count()},
            {"Timeout", health.timeout.count()},
            {"Retries", health.retries}};
}

Object networks_of(const ContainerSpec& spec)
{
    return {{"EndpointsConfig", Object{{spec.network, Object{{"Aliases", list_of(spec.aliases)}}}}}};
}

Object host_of(const ContainerSpec& spec)
{
    Object host{{"Mounts", mounts_of(spec.mounts)},
                {"RestartPolicy", Object{{"Name", spec.restart.policy}, {"MaximumRetryCount", spec.restart.most}}},
                {"CapAdd", list_of(spec.cap_add)},
                {"CapDrop", list_of(spec.cap_drop)},
                {"ReadonlyRootfs", spec.read_only},
                {"Privileged", spec.privileged},
                {"Init", spec.init}};
    if (Array binds = binds_of(spec.mounts); !binds.empty())
        host.append("Binds", std::move(binds));
    if (!spec.network.empty())
        host.append("NetworkMode", spec.network);
    if (!spec.ports.empty())
        host.append("PortBindings", bindings_of(spec.ports));
    if (!spec.new_privileges && !spec.privileged)
        host.append("SecurityOpt", Array{"no-new-privileges"});
    add_limits(host, spec);
    return host;
}

} // namespace

Object to_body(const ContainerSpec& spec)
{
    Object body{{"Image", spec.image}, {"Env", assignments_of(spec.env)}, {"Labels", object_of(spec.labels)},
                {"User", spec.user},   {"WorkingDir", spec.cwd},          {"Hostname", spec.hostname},
                {"Tty", spec.tty},     {"OpenStdin", spec.stdin},         {"StdinOnce", spec.stdin}};
    if (spec.command)
        body.append("Cmd", list_of(*spec.command));
    if (spec.entrypoint)
        body.append("Entrypoint", list_of(*spec.entrypoint));
    if (!spec.ports.empty())
        body.append("ExposedPorts", exposed(spec.ports));
    if (spec.health)
        body.append("Healthcheck", test_of(*spec.health));
    body.append("HostConfig", host_of(spec));
    if (!spec.aliases.empty())
        body.append("NetworkingConfig", networks_of(spec));
    return body;
}

} // namespace forager::docker
