#include "app/kubernetes_access.hpp"

#include "clients/kubernetes/finding.hpp"

#include <cstdlib>
#include <memory>
#include <utility>

namespace forager {

namespace {

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// The same places as other clients of Kubernetes look at; a pod learns from its environment where its cluster is.
kubernetes::Whereabouts whereabouts_of(const config::Settings& settings)
{
    kubernetes::Whereabouts where;
    where.kubeconfig = settings.kubernetes.kubeconfig;
    where.context = settings.kubernetes.context;
    where.space = settings.kubernetes.name_space;
    where.account_host = variable("KUBERNETES_SERVICE_HOST");
    where.account_port = variable("KUBERNETES_SERVICE_PORT");
    if (const std::string home = variable("HOME"); !home.empty())
        where.usual = home + "/.kube/config";
    return where;
}

// How upstream's executors find the colony, without any key.
Object environment_of(const config::ColonyConfig& colony)
{
    if (colony.host.empty())
        return {};
    return {{"COLONIES_SERVER_HOST", colony.host},
            {"COLONIES_SERVER_PORT", std::to_string(colony.port)},
            {"COLONIES_TLS", colony.tls ? "true" : "false"},
            {"COLONIES_COLONY_ID", colony.name},
            {"COLONIES_COLONY_NAME", colony.name}};
}

KubernetesCluster::Config config_of(const config::Settings& settings, App& app, Home home, kubernetes::Access access)
{
    KubernetesCluster::Config config;
    config.client.access = std::move(access);
    if (app.config().output)
        config.output_limit = *app.config().output;
    config.keeps = home == Home::agent;
    config.home = text_of(home, settings);
    config.owner = this_owner(app);
    config.is_gone = is_gone_in(home, app);
    config.volume = settings.kubernetes.volume;
    config.colony = environment_of(settings.colony);
    return config;
}

} // namespace

std::string why_no_kubernetes(const config::Settings& settings)
{
    const auto access = kubernetes::find_access(whereabouts_of(settings));
    return access ? std::string{} : access.error().message;
}

KubernetesAccess kubernetes_access(const config::Settings& settings, App& app, Home home)
{
    // Copies of the access share it.
    const auto made = std::make_shared<std::unique_ptr<KubernetesCluster>>();
    return [&settings, &app, home, made]() -> Result<KubernetesCluster*> {
        if (*made)
            return made->get();
        auto access = kubernetes::find_access(whereabouts_of(settings));
        if (!access)
            return access.error();
        *made = std::make_unique<KubernetesCluster>(app.pool(), app.clock(), app.random(), app.processes(),
                                                    config_of(settings, app, home, std::move(*access)));
        if ((*made)->kept() != nullptr)
            app.processes().keep_beside(*(*made)->kept());
        return made->get();
    };
}

} // namespace forager
