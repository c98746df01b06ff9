#include "app/docker_access.hpp"

#include "base/text.hpp"
#include "io/machine.hpp"
#include "io/process/identity.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>

namespace forager {

namespace {

std::string in_folder(const std::string& folder, const char* name)
{
    const std::string path = folder + "/" + name;
    std::error_code ignored;
    return !folder.empty() && std::filesystem::exists(path, ignored) ? path : "";
}

// The engine may be another machine's, and serve several.
std::string this_machine()
{
    std::ifstream file{"/etc/machine-id"};
    std::string id;
    std::getline(file, id);
    return id.empty() ? machine_facts("/").name : id;
}

// Process numbers mean something in their own namespace alone.
std::string process_namespace()
{
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string();
}

std::string text_of(DockerHome home, const config::Settings& settings)
{
    const std::string who =
        home == DockerHome::agent ? "agent " + settings.agent.state_dir : "run " + process_namespace();
    return who + " on " + this_machine();
}

std::string owner_text(const ProcessIdentity& identity)
{
    return std::string{trimmed(to_text(identity))};
}

bool has_ended(const std::string& owner, const std::string& boot)
{
    const auto identity = parse_identity(owner);
    return !identity || identity->boot != boot || birth_of(identity->process) != identity->born;
}

// A message names a policy that has no name by its place.
std::vector<docker_work::Policy> policies_of(const config::DockerConfig& docker)
{
    std::vector<docker_work::Policy> policies = docker.policies;
    for (std::size_t i = 0; i < policies.size(); ++i)
        if (policies[i].name.empty())
            policies[i].name = "docker.policy[" + std::to_string(i + 1) + "]";
    return policies;
}

docker_work::Registries registries_of(const config::DockerConfig& docker)
{
    docker_work::Registries registries;
    for (const auto& [host, user, password] : docker.registries)
        registries.known.push_back({host, user, password});
    registries.file = docker.auths;
    return registries;
}

DockerEngine::Config config_of(const config::Settings& settings, App& app, DockerHome home)
{
    const config::DockerConfig& docker = settings.docker;
    DockerEngine::Config config;
    config.client.host = docker.host;
    config.client.is_tls = docker.tls;
    config.client.tls.ca_file = in_folder(docker.cert_path, "ca.pem");
    config.client.tls.cert_file = in_folder(docker.cert_path, "cert.pem");
    config.client.tls.key_file = in_folder(docker.cert_path, "key.pem");
    if (app.config().output)
        config.output_limit = *app.config().output;
    config.policies = policies_of(docker);
    config.registries = registries_of(docker);
    config.home = text_of(home, settings);
    config.owner = owner_text(this_process(app.clock().boot()));
    if (home == DockerHome::command)
        config.is_gone = [boot = app.clock().boot()](const std::string& owner) { return has_ended(owner, boot); };
    return config;
}

} // namespace

std::string why_no_docker(const config::Settings& settings)
{
    constexpr std::string_view local = "unix://";
    const std::string& host = settings.docker.host;
    if (host.empty())
        return "no Docker engine is configured: set [docker] host, or DOCKER_HOST";
    std::error_code ignored;
    if (!host.starts_with(local) || std::filesystem::exists(host.substr(local.size()), ignored))
        return {};
    return "there is no Docker engine at " + host + ": start one, or set [docker] host, and restart the agent";
}

DockerAccess docker_access(const config::Settings& settings, App& app, DockerHome home)
{
    // Copies of the access share it.
    const auto made = std::make_shared<std::unique_ptr<DockerEngine>>();
    return [&settings, &app, home, made]() -> Result<DockerEngine*> {
        if (settings.docker.host.empty())
            return Failure{Errc::refused, why_no_docker(settings)};
        if (!*made)
            *made = std::make_unique<DockerEngine>(app.pool(), app.clock(), config_of(settings, app, home));
        return made->get();
    };
}

} // namespace forager
