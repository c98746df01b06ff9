// One try of a call that runs in a colony: its process, from handing it in to its end. Part of ColonyCalls.
#pragma once

#include "core/outcome.hpp"
#include "ports/colony.hpp"
#include "ports/journal.hpp"
#include "ports/observer.hpp"
#include "runtime/alarm.hpp"
#include "runtime/recording.hpp"
#include "runtime/scheduler.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace forager {

/// How a process goes to the colony.
struct ColonyWay {
    Object options{};                ///< as `ColonyWork` has them
    std::optional<Duration> limit{}; ///< of its running there; nothing: the time limit of the try, if it has one
};

class ColonyTry {
public:
    /// All that is passed must outlive it.
    ColonyTry(Scheduler& scheduler, Journal& journal, Colony& colony, const ColonyWay& way,
              const Invocation& invocation, Observer& observer);
    ColonyTry(const ColonyTry&) = delete;
    ColonyTry& operator=(const ColonyTry&) = delete;

    /// As `Handler::run`; once.
    boost::asio::awaitable<Outcome> run();

private:
    // What is recorded before the process is handed in; `process` is known later.
    struct Begun {
        std::string label;
        std::optional<Alarm> end{};
        std::string process{};
    };

    static Outcome to_outcome(const Begun& begun);
    static Begun begun_in(const Outcome& kept);

    boost::asio::awaitable<Outcome> plain();
    boost::asio::awaitable<Result<std::string>> found_or(Failure failure);

    boost::asio::awaitable<Outcome> recorded();
    boost::asio::awaitable<Outcome> in_recorded_time();
    boost::asio::awaitable<Result<void>> begin();
    boost::asio::awaitable<Outcome> in_time(boost::asio::awaitable<Outcome> work);
    boost::asio::awaitable<Outcome> wait();
    boost::asio::awaitable<Result<void>> hand_in();
    boost::asio::awaitable<Result<std::string>> submitted();
    boost::asio::awaitable<Result<std::string>> looked_for(Duration pause);
    boost::asio::awaitable<Result<void>> keep(Outcome outcome);

    boost::asio::awaitable<void> take_back();
    boost::asio::awaitable<void> cancel();
    boost::asio::awaitable<void> forget();

    bool bears(const Failure& failure);
    ColonyWork work() const;
    std::string key() const;
    std::string new_label() const;
    void tell(std::string words);
    Clock& clock() const { return scheduler_.clock(); }

    Scheduler& scheduler_;
    Journal& journal_;
    Colony& colony_;
    const ColonyWay& way_;
    const Invocation& invocation_;
    Observer& observer_;
    std::unique_ptr<Recording> recording_; // null: nothing is recorded
    Begun begun_;
    bool handing_in_ = false; // there may be a process
    std::optional<TimePoint> doubted_since_;
    std::string told_;
};

} // namespace forager
