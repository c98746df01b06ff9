#include "app/agent/traced_call.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

asio::awaitable<Outcome> traced_call(Scheduler& scheduler, const AgentObserver& observer, Invocation invocation)
{
    invocation.id = scheduler.fresh_id();
    Invocation known; // what the log knows it by
    known.id = invocation.id;
    known.function = invocation.function;
    known.label = invocation.label;
    Outcome outcome = co_await scheduler.call(std::move(invocation));
    if (!outcome)
        observer.trace(known, outcome.error());
    co_return outcome;
}

} // namespace forager
