// Stands between a source and the scheduler, and tells what goes to and fro.
#pragma once

#include "ports/intake.hpp"

#include <functional>
#include <utility>

namespace forager::test {

class WatchedIntake final : public Intake, private Reporter {
public:
    struct Tell {
        std::function<void(const Invocation&)> begins;
        std::function<void(const Invocation&)> ends; ///< before the source hears of it
    };

    WatchedIntake(Intake& inner, Tell tell) : inner_{inner}, tell_{std::move(tell)} {}

    boost::asio::awaitable<Permit> permit() override { return inner_.permit(); }
    std::optional<Permit> permit_now() override { return inner_.permit_now(); }

    std::size_t room_for(const std::string& function) const override { return inner_.room_for(function); }
    void on_room(std::function<void()> tell) override { inner_.on_room(std::move(tell)); }

    void submit(Permit permit, Invocation invocation, Reporter& reporter, int priority) override
    {
        reporter_ = &reporter;
        tell_.begins(invocation);
        inner_.submit(std::move(permit), std::move(invocation), *this, priority);
    }

private:
    boost::asio::awaitable<Result<void>> report(const Invocation& invocation, const Outcome& outcome) override
    {
        tell_.ends(invocation);
        return reporter_->report(invocation, outcome);
    }

    Intake& inner_;
    Tell tell_;
    Reporter* reporter_ = nullptr; // there is one source
};

} // namespace forager::test
