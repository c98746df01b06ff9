// A container engine as the monitor source sees it: what happens in it, and what it says when it is asked.
#pragma once

#include "clients/docker/client.hpp"
#include "clients/docker/events.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace forager::monitoring {

class EngineEvents {
public:
    virtual ~EngineEvents() = default;

    /// Nothing when the engine goes. Waits without limit.
    virtual boost::asio::awaitable<Result<std::optional<docker::Event>>> next() = 0;
};

/// All failures are those of `docker::Client::call`.
class Engine {
public:
    virtual ~Engine() = default;

    /// What happens to containers from now on, or also what the engine remembers since then (nanoseconds since 1970).
    virtual boost::asio::awaitable<Result<std::unique_ptr<EngineEvents>>> events(std::optional<std::int64_t> since) = 0;

    /// All containers, as the engine's list has them.
    virtual boost::asio::awaitable<Result<Array>> list() = 0;

    /// As the engine has it.
    virtual boost::asio::awaitable<Result<Object>> inspect(std::string id) = 0;
    virtual boost::asio::awaitable<Result<Object>> stats(std::string id) = 0;
};

/// The client is made when it is first wanted. Failures: refused (the settings have none).
using ClientAccess = std::function<Result<docker::Client*>()>;

/// The engine of that client. The access must outlive it.
std::unique_ptr<Engine> engine_of(ClientAccess client);

} // namespace forager::monitoring
