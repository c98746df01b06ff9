// The Docker engine: where it is, what who asks may have of it, and who the agent is to registries.
#include "config/table.hpp"
#include "core/container_rules.hpp"

namespace forager::config {

using docker_work::Policy;

namespace {

// A list of texts that all mean something to `parse`.
template <class Parse> Form<std::vector<std::string>> checked(std::string wanted, Parse parse)
{
    Form<std::vector<std::string>> form = texts();
    form.wanted = std::move(wanted);
    form.read = [read = std::move(form.read), parse](const Value& value) -> std::optional<std::vector<std::string>> {
        auto list = read(value);
        const bool is_fine =
            list && std::ranges::all_of(*list, [&](const std::string& item) { return parse(item).has_value(); });
        return is_fine ? std::move(list) : std::nullopt;
    };
    return form;
}

Form<std::vector<std::string>> image_patterns()
{
    return checked(R"(a list of images' names, as "nginx", "team/*:1.*" and "registry.example.org/**")",
                   check_image_pattern);
}

Form<std::vector<std::string>> mount_rules()
{
    return checked(R"(a list of absolute paths and volumes' names, as "/srv/data", "/srv/data:ro" and "cache-*")",
                   parse_mount_rule);
}

Form<std::vector<std::string>> port_rules()
{
    return checked(R"(a list of ports, as "8080", "8000-8999", "127.0.0.1:*" and "*")", parse_port_rule);
}

Form<double> cores()
{
    const auto read = [](const Value& value) -> std::optional<double> {
        const auto* whole = value.get<std::int64_t>();
        const auto* number = value.get<double>();
        const double cores = whole != nullptr ? static_cast<double>(*whole) : number != nullptr ? *number : -1;
        constexpr double most = 10'000;
        return cores >= 0 && cores <= most ? std::optional{cores} : std::nullopt;
    };
    return {Kind::number, "a number of cores, as 0.5", read, [](double cores) { return Value{cores}; }};
}

constexpr std::size_t terabyte = std::size_t{1} << 40U;
constexpr std::size_t most_of_any = 1'000'000;

template <class Owner> std::vector<Key> keys_of_policy(Owner policy)
{
    return {
        key(policy, "name", &Policy::name, text(), "What messages call it; empty: docker.policy[1] and so on."),
        key(policy, "sources", &Policy::sources, texts(),
            R"(Who asks, as patterns: "run", "call", "broker", "colony", "cron nightly"; empty: anybody.)"),
        key(policy, "functions", &Policy::functions, texts(),
            "For which functions, as patterns of full names, also for those that they call; empty: for any."),
        key(policy, "images", &Policy::images, image_patterns(),
            "Images that may be used and fetched. A name without a registry is of docker.io, one without a tag means "
            "all; * stands for a part of a name, ** for any number of parts."),
        key(policy, "mounts", &Policy::mounts, mount_rules(),
            "Paths of the engine's machine, each with all below it, and volumes by name; \":ro\" behind one allows "
            "it to be read only. What is as good as root there must be named by a path of its own."),
        key(policy, "networks", &Policy::networks, texts(),
            "Networks, as patterns of names; the first counts where none is asked for and the usual one, bridge, is "
            "not among them."),
        key(policy, "ports", &Policy::ports, port_rules(), "Ports of the engine's machine that may be taken."),
        key(policy, "users", &Policy::users, texts(),
            "Users that a container or a command in one may run as, as patterns; the first counts where none is asked "
            "for and the image's own may not be."),
        key(policy, "capabilities", &Policy::capabilities, texts(),
            "Capabilities that may be added; usual: those that engines give anyway; all: every one."),
        key(policy, "privileged", &Policy::privileged, flag(),
            "Whether containers may have all rights of root on the machine."),
        key(policy, "new_privileges", &Policy::new_privileges, flag(),
            "Whether programs in containers may raise their rights, where that is asked for."),
        key(policy, "gpus", &Policy::gpus, flag(), "Whether containers may have GPUs."),
        key(policy, "build", &Policy::build, flag(), "Whether images may be built, imported and given other names."),
        key(policy, "read_only", &Policy::read_only, flag(),
            "Whether the root file system of containers is always read-only."),
        key(policy, "memory", &Policy::memory, size(0, terabyte),
            "The most memory of a container, and what one gets that asks for none; 0: no limit."),
        key(policy, "cpus", &Policy::cpus, cores(), "The same for processor time; 0: no limit."),
        key(policy, "pids", &Policy::pids, number<std::size_t>(0, most_of_any),
            "The same for processes and threads; 0: no limit."),
        key(policy, "lifetime", &Policy::lifetime, duration(0s, 365 * 24h),
            "The longest run of a container that is waited for; others may then not be made; 0s: no limit."),
        key(policy, "containers", &Policy::containers, number<std::size_t>(0, most_of_any),
            "Containers of this policy at once; 0: no limit."),
    };
}

} // namespace

Section docker_section()
{
    const auto docker = [](auto& settings, std::size_t) -> auto& { return settings.docker; };
    return {
        "docker",
        "The Docker engine.",
        {
            key(docker, "host", &DockerConfig::host, url({"unix", "tcp", "http", "https"}),
                "Where the engine listens; empty: no Docker.", {"DOCKER_HOST"}),
            key(docker, "tls", &DockerConfig::tls, flag(), "Whether a tcp:// address is spoken to over TLS.",
                {"DOCKER_TLS_VERIFY"}),
            key(docker, "cert_path", &DockerConfig::cert_path, path(),
                "The folder of ca.pem (whom to trust), cert.pem and key.pem (who the agent is).", {"DOCKER_CERT_PATH"}),
            key(docker, "gpus", &DockerConfig::gpus, flag(),
                "Whether containers of docker.execute get GPUs: as many as the process asks for, else all.",
                {"EXECUTOR_GPU"}),
            key(docker, "auths", &DockerConfig::auths, path(),
                "The file with logins to registries that `docker login` writes, .docker/config.json in its user's "
                "home; what a "
                "credential helper keeps is not asked for. Empty: none."),
        }};
}

Section docker_policy_section()
{
    const auto policy = [](auto& settings, std::size_t row) -> auto& { return settings.docker.policies[row]; };
    return {"docker.policy",
            "What who asks may have of containers; may stand several times, and the last that is about who asks "
            "counts, alone. Without one, each has its default.",
            keys_of_policy(policy), [](const Settings& settings) { return settings.docker.policies.size(); },
            [](Settings& settings) { settings.docker.policies.emplace_back(); }};
}

Section docker_registry_section()
{
    const auto registry = [](auto& settings, std::size_t row) -> auto& { return settings.docker.registries[row]; };
    return {
        "docker.registry",
        "Who the agent is to a registry that images come from; may stand several times.",
        {
            key(registry, "host", &DockerRegistryConfig::host, text(),
                R"(As it stands in images' names, "registry.example.org:5000"; "docker.io" is Docker Hub.)"),
            key(registry, "user", &DockerRegistryConfig::user, text(), "The user."),
            key(registry, "password", &DockerRegistryConfig::password, secret(), "The user's password, or a token."),
        },
        [](const Settings& settings) { return settings.docker.registries.size(); },
        [](Settings& settings) { settings.docker.registries.emplace_back(); }};
}

} // namespace forager::config
