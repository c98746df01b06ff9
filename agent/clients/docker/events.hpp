// What happens in the engine, as it happens. Failures of all: those of `Client::call`.
#pragma once

#include "clients/docker/client.hpp"
#include "clients/docker/json_stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace forager::docker {

struct Event {
    std::string type;   ///< container, image, network, volume …
    std::string action; ///< "die", "health_status", without what stands behind a colon
    std::string about;  ///< what stands there: "healthy"
    std::string id;
    std::string name; ///< of a container or a network; of an image its reference
    Object attributes;
    std::int64_t time = 0; ///< nanoseconds since 1970

    Event() = default;
};

class EventStream {
public:
    EventStream() = default;
    explicit EventStream(http::AnswerStream stream) : told_{std::move(stream)} {}

    /// Nothing when the engine goes. Waits without limit.
    boost::asio::awaitable<Result<std::optional<Event>>> next();

private:
    JsonStream told_;
};

/// All events from now on, or also those since then (nanoseconds since 1970): the engine keeps its last 256.
boost::asio::awaitable<Result<EventStream>> events(Client& client, std::optional<std::int64_t> since);

} // namespace forager::docker
