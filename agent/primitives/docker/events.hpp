// What happens in the engine, one event after another, for whoever reads it.
#pragma once

#include "clients/docker/events.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/feed.hpp"
#include "primitives/docker/engine.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace forager::docker_work {

class EventFeed final : public Feed {
public:
    explicit EventFeed(docker::EventStream events) : events_{std::move(events)} {}

    /// { type, action, about, id, name, attributes, time }: `about` is what stands behind the action's colon, where
    /// there is something; the time is in seconds since 1970. Waits without limit. Failures: unreachable (the engine
    /// goes).
    boost::asio::awaitable<Result<Object>> next() override;

private:
    docker::EventStream events_;
};

/// Options: type ("container" by default; "any"), action, name (a text or a list of them each), labels. Failures:
/// bad_arguments, naming the option; those of `docker::Client::call`.
boost::asio::awaitable<Result<std::shared_ptr<EventFeed>>> open_events(DockerEngine& engine, Object options);

} // namespace forager::docker_work
