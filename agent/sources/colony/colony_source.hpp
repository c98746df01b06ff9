// One executor of a colony: takes its processes as invocations, and tells it what became of them. As many as there are
// identities; all share the server's client. On the strand.
#pragma once

#include "sources/colony/arrivals.hpp"
#include "sources/colony/delivery_loop.hpp"
#include "sources/colony/desk.hpp"
#include "sources/colony/enrolment.hpp"
#include "sources/colony/poll_loop.hpp"
#include "sources/colony/process_log.hpp"
#include "sources/colony/recovery.hpp"
#include "sources/colony/watch_loop.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager::colony {

class ColonySource final : private Reporter {
public:
    /// All that the desk refers to must outlive it.
    explicit ColonySource(Desk desk);
    ColonySource(const ColonySource&) = delete;
    ColonySource& operator=(const ColonySource&) = delete;
    ~ColonySource() override = default;

    /// Reads what an agent before this one did not tell. Before the loops.
    boost::asio::awaitable<Result<void>> open() { return recovery_.open(); }

    using Loop = std::function<boost::asio::awaitable<void>()>;

    /// All of it, by name; each is begun anew when it ends.
    std::vector<std::pair<std::string, Loop>> loops();

    /// A line of work; nothing happens when it is not this executor's.
    void line(const std::string& id, std::string_view text);

    bool holds(std::string_view id) { return desk_.holdings.find(id) != nullptr; }

    /// Asks for no more work until `resume`; what it asks at this moment it asks to its end.
    void pause() { desk_.paused = true; }
    void resume();
    /// Or has work that has not begun.
    bool asks() const { return desk_.asking > 0 || !arrivals_.turns().empty(); }

    /// From now on, what is cancelled is the agent's end.
    void stop();

    /// Tells what is left to tell, and takes the executor off the list. The loops have ended, and nothing runs. Returns
    /// when that is done; its caller limits the time.
    boost::asio::awaitable<void> drain();

    struct Status {
        std::string type;
        std::string name;
        bool enrolled = false;
        std::optional<Obstacle> obstacle; ///< why it is not
        bool offers_nothing = false;
        std::size_t running = 0;
        std::size_t untold = 0;
    };
    Status status() const;

private:
    boost::asio::awaitable<Result<void>> report(const Invocation& invocation, const Outcome& outcome) override;
    boost::asio::awaitable<Result<void>> keep(std::string id, Outcome outcome);
    void warn_of_numbers(const std::string& id, const Outcome& outcome);
    boost::asio::awaitable<Result<void>> put_off(const Invocation& invocation);
    boost::asio::awaitable<Result<void>> end_untold(std::string id, Outcome outcome, std::string note);

    Desk desk_;
    Enrolment enrolment_;
    Arrivals arrivals_;
    Recovery recovery_;
    PollLoop poll_;
    WatchLoop watch_;
    ProcessLog log_;
    DeliveryLoop delivery_;
};

} // namespace forager::colony
