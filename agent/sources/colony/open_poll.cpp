#include "sources/colony/open_poll.hpp"

#include "ports/cancellation.hpp"
#include "ports/under_alarm.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace forager::colony {

namespace asio = boost::asio;

namespace {

// What ends and begins within this time is one change: another call costs the server more than it waits.
constexpr Duration one_change = std::chrono::milliseconds{20};

std::string left_text(std::int64_t all, std::int64_t used, const char* unit)
{
    return all == 0 ? "" : std::to_string(std::max<std::int64_t>(all - used, 0)) + unit;
}

Rest rest_beside(const Share& machine, const Share& taken)
{
    return {left_text(machine.cpu, taken.cpu, "m"), left_text(machine.memory >> 10, taken.memory >> 10, "Ki")};
}

// Ends a call, once what it said is true no more.
class Outdating final : private Shares::Listener, private Timer, public detail::Alarm {
public:
    Outdating(Desk& desk, const Rest& rest) : desk_{desk}, rest_{rest} { desk_.shares.listen(*this); }
    Outdating(const Outdating&) = delete;
    Outdating& operator=(const Outdating&) = delete;
    ~Outdating()
    {
        desk_.shares.leave(*this);
        desk_.clock.disarm(*this);
    }

    asio::cancellation_slot slot() override { return signal_.slot(); }
    void cancel(asio::cancellation_type type) override
    {
        cancelled_ = true;
        signal_.emit(type);
    }
    bool has_ended_it() const { return ended_ && !cancelled_; }

private:
    void shares_changed() override
    {
        if (!armed())
            desk_.clock.arm(*this, desk_.now() + one_change);
    }

    void fire() override
    {
        if (rest_of(desk_) == rest_)
            return;
        ended_ = true;
        signal_.emit(asio::cancellation_type::terminal);
    }

    Desk& desk_;
    const Rest& rest_;
    asio::cancellation_signal signal_;
    bool ended_ = false;
    bool cancelled_ = false;
};

} // namespace

Rest rest_of(const Desk& desk)
{
    return rest_beside(desk.machine(), desk.shares.taken());
}

Rest no_rest_of(const Desk& desk)
{
    return rest_beside(desk.machine(), desk.machine());
}

asio::awaitable<std::optional<Result<colonies::Process>>> while_true(Desk& desk, Rest rest,
                                                                     asio::awaitable<Result<colonies::Process>> call)
{
    Outdating outdating{desk, rest};
    std::optional<Result<colonies::Process>> answer;
    try {
        auto process = co_await detail::under_alarm(outdating, std::move(call));
        answer.emplace(std::move(process));
    } catch (...) {
        if (!outdating.has_ended_it() || !is_cancellation(std::current_exception()))
            throw;
    }
    co_return answer;
}

} // namespace forager::colony
