// The agent's part that is reached over HTTP, where the configuration asks for one; where it asks for none, everything
// here does nothing. One for the agent, on the strand.
#pragma once

#include "app/agent/http_door.hpp"
#include "app/agent/log.hpp"
#include "config/config.hpp"
#include "ports/queue.hpp"
#include "runtime/gate.hpp"
#include "scripting/script.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace forager {

class AgentHttp {
public:
    /// What it answers with; all must outlive it.
    struct Parts {
        boost::asio::any_io_executor executor;
        Clock& clock;
        Queue& queue;
        Gate& gate; ///< a hook's handler passes it, and is refused while it is shut
        std::function<boost::asio::awaitable<Outcome>(Invocation)> call; ///< runs a hook's handler
        std::function<std::string()> trouble;                            ///< why the agent takes no work, or empty
        std::function<std::string(const HttpDoor& door, MetricsText::Form form)> metrics;
        std::function<std::string()> page; ///< the status as HTML
    };

    /// `log` must outlive it.
    explicit AgentHttp(const AgentLog& log) : log_{log} {}

    /// Failures: those of `HttpDoor::open`.
    Result<void> open(const config::HttpConfig& http, const config::LimitsConfig& limits, Parts parts);

    /// The hooks among these watchers are served from now on, under the certificate as its files are now.
    void serve(const std::vector<scripting::Watcher>& watchers);

    /// The agent takes work.
    void ready();

    /// It takes no more.
    void stopping();

    /// Lets handlers end until then, and cancels the rest.
    boost::asio::awaitable<void> close(TimePoint deadline);

    /// Null where there is none.
    const HttpDoor* door() const { return door_.get(); }

private:
    const AgentLog& log_;
    std::unique_ptr<HttpDoor> door_;
};

} // namespace forager
