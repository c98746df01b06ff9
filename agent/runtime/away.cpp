#include "runtime/away.hpp"

#include <optional>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// Steps out when its time has come.
class LeavesLater final : public Timer {
public:
    LeavesLater(Scheduler& scheduler, const Invocation& invocation, std::string note, Duration patience)
        : scheduler_{scheduler}, invocation_{invocation}, note_{std::move(note)}
    {
        scheduler_.clock().arm(*this, scheduler_.clock().now() + patience);
    }
    LeavesLater(const LeavesLater&) = delete;
    LeavesLater& operator=(const LeavesLater&) = delete;
    ~LeavesLater() { scheduler_.clock().disarm(*this); }

    void fire() override { rest_.emplace(scheduler_.step_out(invocation_, note_)); }

    asio::awaitable<void> back()
    {
        scheduler_.clock().disarm(*this);
        if (rest_)
            co_await scheduler_.wake(std::move(*rest_));
    }

private:
    Scheduler& scheduler_;
    const Invocation& invocation_;
    std::string note_;
    std::optional<Scheduler::Rest> rest_;
};

} // namespace

asio::awaitable<Outcome> away(Scheduler& scheduler, const Invocation& invocation, std::string note, Duration patience,
                              asio::awaitable<Outcome> work)
{
    if (const auto may = scheduler.may_step_out(invocation); !may)
        co_return may.error();
    LeavesLater leaving{scheduler, invocation, std::move(note), patience};
    Outcome outcome = co_await std::move(work);
    co_await leaving.back();
    co_return outcome;
}

} // namespace forager
