// How the functions of the family broker are made. Only for the sources of functions/broker*.
#pragma once

#include "functions/broker.hpp"

#include "core/invocation.hpp"
#include "core/outcome.hpp"
#include "ports/process_runner.hpp"
#include "primitives/broker/access.hpp"
#include "primitives/docker/access.hpp"
#include "primitives/docker/engine.hpp"
#include "runtime/registry.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <utility>

namespace forager {

/// One call of a function that works with the engine. All that it refers to outlives the call.
struct BrokerWork {
    DockerEngine& engine;
    ContainerBeginnings& beginnings;
    const Invocation& invocation;
    LineSink& lines;
    ContainerRequest request;

    BrokerWork(DockerEngine& engine, ContainerBeginnings& beginnings, const Invocation& invocation, LineSink& lines,
               ContainerRequest request)
        : engine{engine}, beginnings{beginnings}, invocation{invocation}, lines{lines}, request{std::move(request)}
    {
    }
};

class BrokerFamily {
public:
    using Code = boost::asio::awaitable<Outcome> (*)(BrokerWork work);

    /// All must outlive it; the accesses the registry, too.
    BrokerFamily(Registry& registry, const DockerAccess& docker, const BrokerAccess& brokers)
        : registry_{registry}, docker_{docker}, brokers_{brokers}
    {
    }

    void add(ContainerAction action, std::string doc, Code code);

private:
    Registry& registry_;
    const DockerAccess& docker_;
    const BrokerAccess& brokers_;
    std::shared_ptr<ContainerBeginnings> beginnings_ = std::make_shared<ContainerBeginnings>();
};

/// broker.create and broker.run.
void add_broker_containers(BrokerFamily& family);

} // namespace forager
