#include "app/docker_access.hpp"

#include <filesystem>
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

DockerEngine::Config config_of(const config::Settings& settings, App& app, Home home)
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
    config.gpus = docker.gpus;
    config.home = text_of(home, settings);
    config.owner = this_owner(app);
    config.is_gone = is_gone_in(home, app);
    config.keeps = home == Home::agent;
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
    return "there is no Docker engine at " + host + ": start one, or set [docker] host";
}

DockerAccess docker_access(const config::Settings& settings, App& app, Home home)
{
    // Copies of the access share it.
    const auto made = std::make_shared<std::unique_ptr<DockerEngine>>();
    return [&settings, &app, home, made]() -> Result<DockerEngine*> {
        if (settings.docker.host.empty())
            return Failure{Errc::refused, why_no_docker(settings)};
        if (!*made) {
            *made = std::make_unique<DockerEngine>(app.pool(), app.clock(), config_of(settings, app, home));
            if ((*made)->kept() != nullptr)
                app.processes().keep_beside(*(*made)->kept());
        }
        return made->get();
    };
}

} // namespace forager
