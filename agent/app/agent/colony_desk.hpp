// The agent's executors towards its colony: made from the settings, kept running, asked and told. One for the agent, on
// the strand.
#pragma once

#include "app/agent/log.hpp"
#include "app/app.hpp"
#include "clients/colonies/client.hpp"
#include "config/config.hpp"
#include "runtime/supervisor.hpp"
#include "sources/colony/colony_source.hpp"
#include "store/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace forager {

class ColonyDesk {
public:
    /// What it uses of the agent; all must outlive it.
    struct Parts {
        App& app;
        const AgentLog& log;
        store::Store& store;
        std::string state_dir;
        std::function<void(const std::string& id)> ended; ///< the record has ended
    };

    /// Without a colony in the settings there are no executors. Failures: bad_arguments for a key or a name that is
    /// none, refused for a key file that cannot be read or written.
    static Result<std::unique_ptr<ColonyDesk>> open(const config::Settings& settings, Parts parts);

    /// Reads what an agent before this one did not tell. Before `start`.
    boost::asio::awaitable<Result<void>> recall();
    void start(Supervisor& loops);

    bool holds(std::string_view id);
    void line(const std::string& id, std::string_view text);

    /// Asks for no more work until `resume`.
    void pause();
    void resume();

    /// Whether it asks for work at this moment, and may be given some.
    bool asks() const;

    /// From now on, what is cancelled is the agent's end.
    void stop();

    /// Tells what is left to tell until `deadline`.
    boost::asio::awaitable<void> drain(TimePoint deadline);

    /// Outcomes that the colony has not heard.
    std::size_t untold() const;
    std::size_t running() const;

    /// For people and programs: the server, and each executor. Empty without a colony.
    Object status() const;

private:
    explicit ColonyDesk(Parts parts) : parts_{std::move(parts)} {}

    boost::asio::awaitable<void> drain(colony::ColonySource& executor, TimePoint deadline);
    Result<void> add_executors(const config::Settings& settings);
    Result<void> add(const config::Settings& settings, const config::ExecutorConfig& executor);
    Result<colony::Identity> identity_of(const config::Settings& settings,
                                         const config::ExecutorConfig& executor) const;
    colony::Services services();

    Parts parts_;
    std::unique_ptr<colonies::Client> client_;
    std::unique_ptr<colony::ServerState> server_;
    colony::Shares shares_;
    colony::Settings settings_;
    std::list<colony::ColonySource> executors_;
};

} // namespace forager
