// An observer for tests that writes down what it hears.
#pragma once

#include "ports/clock.hpp"
#include "ports/intake.hpp"
#include "ports/observer.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace forager::test {

class RecordingObserver final : public Observer {
public:
    explicit RecordingObserver(const Clock& clock) : clock_{clock} {}

    void state(const Invocation& invocation, State state, std::string_view note) override
    {
        threads.push_back(std::this_thread::get_id());
        std::string text{invocation.label.empty() ? invocation.function : invocation.label};
        text += " " + std::string{name_of(state)};
        if (!note.empty())
            text += ": " + std::string{note};
        events.push_back(text);
        trace.push_back(std::to_string(clock_.now().time_since_epoch().count()) + " " + invocation.id + " " + text);
    }

    void line(const Invocation&, std::string_view text) override { lines.emplace_back(text); }

    bool heard(std::string_view event) const { return std::ranges::find(events, event) != events.end(); }

    std::vector<std::string> events; ///< "LABEL STATE: NOTE"
    std::vector<std::string> trace;  ///< the same with time and id
    std::vector<std::string> lines;
    std::vector<std::thread::id> threads; ///< that it was called on

private:
    const Clock& clock_;
};

/// A reporter that writes down what it is told.
class RecordingReporter final : public Reporter {
public:
    boost::asio::awaitable<Result<void>> report(const Invocation& invocation, const Outcome& outcome) override
    {
        threads.push_back(std::this_thread::get_id());
        ids.push_back(invocation.id);
        outcomes.push_back(outcome);
        co_return Result<void>{};
    }

    std::vector<std::string> ids;
    std::vector<Outcome> outcomes;
    std::vector<std::thread::id> threads;
};

} // namespace forager::test
