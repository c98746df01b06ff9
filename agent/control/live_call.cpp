#include "control/live_call.hpp"

#include "control/description.hpp"

#include <utility>

namespace forager::control {

namespace asio = boost::asio;

namespace {

Object event_of(const char* kind, const Invocation& invocation)
{
    return {{"event", kind}, {"id", invocation.id}, {"function", invocation.function}, {"label", invocation.label}};
}

} // namespace

asio::awaitable<void> LiveCall::run(asio::awaitable<Outcome> work)
{
    Outcome outcome = Failure{Errc::cancelled, "the agent stops, and the call with it"}; // or nobody hears of it
    try {
        outcome = co_await std::move(work);
    } catch (...) { // who ends it cancels this
    }
    if (outcome)
        stream_.tell({{"event", "end"}, {"result", as_one(std::move(*outcome))}});
    else
        stream_.tell({{"event", "end"}, {"error", failure_data(outcome.error())}});
    stream_.end();
}

void LiveCall::state(const Invocation& invocation, State state, std::string_view note)
{
    also_.state(invocation, state, note);
    Object event = event_of("state", invocation);
    event.append("state", name_of(state));
    event.append("note", note);
    stream_.offer(event);
}

void LiveCall::line(const Invocation& invocation, std::string_view text)
{
    also_.line(invocation, text);
    Object event = event_of("line", invocation);
    event.append("text", text);
    stream_.offer(event);
}

} // namespace forager::control
