#include "sources/colony/server_time.hpp"

#include "clients/colonies/calls/executors.hpp"
#include "clients/colonies/calls/processes.hpp"

namespace forager::colony {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration again = 5min; // where the server is too slow to tell
constexpr int most_tries = 3;

} // namespace

bool ServerTime::is_due() const
{
    return desk_.server_clock.is_vague(desk_.now()) && (!learned_ || desk_.now() - *learned_ > again);
}

asio::awaitable<Result<void>> ServerTime::learn()
{
    bool more = true;
    for (int tries = 0; more && tries < most_tries; ++tries) {
        const auto told = co_await ask();
        if (!told)
            co_return told.error();
        more = *told && desk_.server_clock.is_vague(desk_.now());
    }
    learned_ = desk_.now();
    co_return Result<void>{};
}

// Whether the server has told. It heard of the executor at some time between the first call and the second's answer: no
// other call of it matters.
asio::awaitable<Result<bool>> ServerTime::ask()
{
    const TimePoint asked = desk_.now();
    if (const auto shown = co_await colonies::heartbeat(desk_.caller(), desk_.who.colony); !shown)
        co_return shown.error();
    desk_.polled = asked;
    const auto found = co_await colonies::get_executor_by_id(desk_.caller(), desk_.who.colony, desk_.who.key.id());
    if (!found)
        co_return found.error();
    if (found->last_heard)
        (void)desk_.server_clock.when(*found->last_heard, asked, desk_.now());
    co_return found->last_heard.has_value();
}

} // namespace forager::colony
