#include "runtime/ticket.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <string>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

asio::awaitable<std::string> told(Reporter& reporter, const Invocation& invocation, const Outcome& outcome)
{
    try {
        const Result<void> result = co_await reporter.report(invocation, outcome);
        co_return result ? std::string{} : result.error().message;
    } catch (const std::exception& error) {
        co_return "internal error: " + std::string{error.what()};
    }
}

asio::awaitable<void> tell(Reporter& reporter, Observer& observer, std::shared_ptr<const Invocation> invocation,
                           Outcome outcome)
{
    // An outcome is due also when its invocation was cancelled, and it is not given up half told.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const std::string problem = co_await told(reporter, *invocation, outcome);
    if (!problem.empty())
        observer.line(*invocation, "the outcome was not delivered: " + problem);
}

} // namespace

Ticket::Ticket(Invocation invocation, Reporter& reporter, Observer& observer, TaskGroup& reports)
    : invocation_{std::make_shared<const Invocation>(std::move(invocation))},
      reporter_{&reporter},
      observer_{&observer},
      reports_{&reports}
{
}

Ticket::~Ticket()
{
    if (!invocation_)
        return;
    const std::string text =
        invocation_->function + (begun_ ? " was abandoned before it had ended" : " was cancelled before it began");
    observer_->state(*invocation_, State::cancelled, text);
    report_later(Failure{Errc::cancelled, text});
}

asio::awaitable<void> Ticket::report(Outcome outcome)
{
    if (!invocation_)
        return {};
    return tell(*reporter_, *observer_, std::exchange(invocation_, nullptr), std::move(outcome));
}

void Ticket::report_later(Outcome outcome)
{
    if (invocation_)
        reports_->spawn("report", report(std::move(outcome)));
}

} // namespace forager
