// What happens in the engine, as it happens. Failures of all: those of `Client::call`.
#pragma once

#include "clients/docker/client.hpp"
#include "clients/docker/json_stream.hpp"
#include "clients/docker/pairs.hpp"

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

/// All that is set must fit.
struct EventFilter {
    Words types;      ///< "container", "image" …: one of them
    Words actions;    ///< "die", "health_status" …: one of them
    Words containers; ///< names or ids: one of them
    Pairs labels;     ///< an empty value: any

    EventFilter() = default;
};

/// Those that fit from now on, or also those since then (nanoseconds since 1970): the engine keeps its last 256 of all.
boost::asio::awaitable<Result<EventStream>> events(Client& client, std::optional<std::int64_t> since,
                                                   EventFilter filter);

} // namespace forager::docker
