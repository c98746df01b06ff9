// What the agent hears from its Kubernetes cluster: the changes of objects that scripts handle. One loop and one watch
// for each kind and namespace, however many handlers there are. On the strand.
#pragma once

#include "app/agent/log.hpp"
#include "app/agent/observer.hpp"
#include "app/app.hpp"
#include "primitives/kubernetes/cluster.hpp"
#include "runtime/gate.hpp"
#include "runtime/supervisor.hpp"
#include "runtime/task_group.hpp"
#include "scripting/script.hpp"
#include "sources/kubernetes/object_events.hpp"
#include "sources/queue/queue_source.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace forager {

class ClusterDesk {
public:
    /// All must outlive it.
    struct Parts {
        App& app;
        KubernetesAccess cluster;
        QueueSource& queue;
        Gate& gate;
        const AgentObserver& observer;
        const AgentLog& log;
        Supervisor& loops;
    };

    explicit ClusterDesk(Parts parts);

    /// These scripts and no others are served from now on.
    boost::asio::awaitable<void> serve(std::vector<std::shared_ptr<scripting::Script>> scripts);

    /// Once the loops have ended: what is on its way to the queue is dropped.
    boost::asio::awaitable<void> stop();

private:
    // The objects of a resource in a namespace.
    struct Stream {
        std::string resource;
        Object options; // whose namespace it is
        std::vector<ObjectHandler> handlers;
        std::shared_ptr<kubernetes_work::Subscription> changes;

        Stream() = default;
    };

    boost::asio::awaitable<void> run(std::string loop);
    boost::asio::awaitable<Result<void>> step(std::string loop);
    boost::asio::awaitable<Result<std::shared_ptr<kubernetes_work::Subscription>>> subscribe(std::string resource,
                                                                                             Object options);
    boost::asio::awaitable<void> call(Invocation invocation);

    Parts parts_;
    TaskGroup work_;
    EventDelivery delivery_;
    std::map<std::string, Stream> streams_; // by the names of their loops
};

} // namespace forager
