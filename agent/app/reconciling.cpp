#include "app/reconciling.hpp"

#include "base/text.hpp"
#include "core/reconcile/blueprint.hpp"
#include "primitives/colony/replica_identities.hpp"
#include "primitives/replicas/docker_replicas.hpp"
#include "primitives/replicas/kubernetes_replicas.hpp"
#include "primitives/replicas/local_replicas.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;
using reconcile::Runtime;

namespace {

std::unique_ptr<ReplicaIdentities> identities_of(const config::ColonyConfig& colony, App& app)
{
    if (colony.host.empty())
        return std::make_unique<PlainIdentities>();
    ColonyIdentities::Server server;
    server.host = colony.host;
    server.port = colony.port;
    server.tls = colony.tls;
    return std::make_unique<ColonyIdentities>([&app] { return app.colony(); }, std::move(server), app.random());
}

} // namespace

Reconciling::Reconciling(Parts parts)
    : parts_{std::move(parts)},
      identities_{identities_of(parts_.settings.colony, parts_.app)},
      deployments_{{parts_.app.executor(), parts_.app.clock(), parts_.app.random(),
                    [this](Runtime runtime) { return this->runtime(runtime); }, *identities_}},
      work_{parts_.app.executor()},
      keeper_{{parts_.app.executor(), parts_.app.clock(), parts_.app.random(), parts_.documents,
               [this](asio::awaitable<void> work) { work_.spawn("turn", std::move(work)); },
               [this](const std::string& kind) { return reconciler_of(kind); }, parts_.changed, parts_.inform,
               parts_.warn}}
{
}

Reconciling::~Reconciling() = default;

void Reconciling::serve(const std::vector<std::shared_ptr<scripting::Script>>& scripts)
{
    of_scripts_.clear();
    for (const auto& script : scripts)
        for (const scripting::DeclaredReconciler& declared : script->reconcilers)
            of_scripts_[declared.kind] = std::make_unique<ScriptReconciler>(
                ScriptReconciler::Parts{parts_.app.executor(), declared, parts_.call});
    keeper_.touch({});
}

asio::awaitable<void> Reconciling::run()
{
    work_.spawn("events", hear());
    co_await keeper_.run();
}

asio::awaitable<void> Reconciling::stop()
{
    work_.cancel();
    co_await work_.emptied();
}

asio::awaitable<void> Reconciling::hear()
{
    for (;;) {
        (void)co_await deployments_.watch([this](const reconcile::Key& key) { keeper_.touch(key); });
        co_await sleep_for(parts_.app.clock(), std::chrono::seconds{1});
    }
}

Result<Reconciler*> Reconciling::reconciler_of(const std::string& kind)
{
    if (kind == reconcile::deployment_kind)
        return &deployments_;
    if (const auto found = of_scripts_.find(kind); found != of_scripts_.end())
        return found->second.get();
    if (reconcile::is_definition({{"kind", kind}})) {
        Failure failure{Errc::not_found, "kind: a definition describes a kind of a colony's documents: "
                                         "'forager apply --colony' gives it to the colony"};
        failure.details.append("field", "kind");
        return failure;
    }
    std::vector<std::string> known{std::string{reconcile::deployment_kind}};
    for (const auto& [name, reconciler] : of_scripts_)
        known.push_back(name);
    Failure failure{Errc::not_found, "kind: nothing here keeps documents of the kind '" + kind + "': there is " +
                                         listed(known) + "; a script with forager.reconciler adds one"};
    failure.details.append("field", "kind");
    return failure;
}

Result<void> Reconciling::is_there(Runtime runtime) const
{
    if (runtime == Runtime::docker)
        if (const auto engine = parts_.app.docker()(); !engine)
            return engine.error();
    if (runtime == Runtime::kubernetes)
        if (const auto cluster = parts_.app.kubernetes()(); !cluster)
            return cluster.error();
    return {};
}

Result<ReplicaRuntime*> Reconciling::runtime(Runtime runtime)
{
    if (const auto there = is_there(runtime); !there)
        return there.error();
    auto& made = runtimes_[runtime];
    if (!made)
        made = make(runtime);
    return made.get();
}

std::unique_ptr<ReplicaRuntime> Reconciling::make(Runtime runtime)
{
    App& app = parts_.app;
    switch (runtime) {
    case Runtime::docker: return std::make_unique<replicas::DockerReplicas>(app.docker(), app.clock());
    case Runtime::kubernetes: return std::make_unique<replicas::KubernetesReplicas>(app.kubernetes());
    case Runtime::local: break;
    }
    return std::make_unique<replicas::LocalReplicas>(
        replicas::LocalReplicas::Parts{parts_.settings.agent.state_dir + "/replicas", app.executor(), app.pool(),
                                       app.clock(), environment_for_children});
}

} // namespace forager
