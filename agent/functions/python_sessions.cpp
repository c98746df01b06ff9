#include "functions/python_sessions.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_remembered = 256;

} // namespace

std::size_t PythonSessions::live() const
{
    return static_cast<std::size_t>(std::ranges::count_if(
        sessions_, [](const auto& entry) { return entry.second->busy || entry.second->worker.alive(); }));
}

asio::awaitable<Outcome> PythonSessions::run(std::string owner, PythonCall call)
{
    if (!executor_)
        executor_ = co_await asio::this_coro::executor;
    Key key{std::move(owner), call.python, call.cwd};
    const SessionPtr session = session_of(std::move(key));
    const Permit turn = co_await session->turn.permit();
    const Permit seat = co_await seats_.permit();
    session->busy = true;
    std::exception_ptr thrown;
    std::optional<Outcome> outcome;
    try {
        outcome.emplace(co_await run_in(session, std::move(call)));
    } catch (...) {
        thrown = std::current_exception();
    }
    session->busy = false;
    rest(*session);
    if (thrown) {
        session->lost = "an earlier call was cancelled or reached its deadline";
        std::rethrow_exception(thrown);
    }
    co_return std::move(*outcome);
}

asio::awaitable<Outcome> PythonSessions::run_in(SessionPtr session, PythonCall call)
{
    if (!session->worker.alive()) {
        co_await make_room();
        if (!session->lost.empty() && call.lines != nullptr)
            co_await call.lines->line(Stream::err,
                                      "a new Python session begins, without what was defined before: " + session->lost);
        session->lost.clear();
    }
    Outcome outcome = co_await session->worker.run(std::move(call));
    if (!session->worker.alive())
        session->lost = "an earlier call has ended it";
    co_return outcome;
}

PythonSessions::SessionPtr PythonSessions::session_of(Key key)
{
    if (const auto found = sessions_.find(key); found != sessions_.end())
        return found->second;
    if (sessions_.size() >= most_remembered)
        forget_one();
    auto session = std::make_shared<Session>(runner_, clock_);
    sessions_.emplace(std::move(key), session);
    return session;
}

// Of those that have no interpreter and that nobody holds, the one unused for longest; there always is one, but for a
// moment in which more calls wait than are remembered.
void PythonSessions::forget_one()
{
    auto oldest = sessions_.end();
    for (auto entry = sessions_.begin(); entry != sessions_.end(); ++entry) {
        const bool free = entry->second.use_count() == 1 && !entry->second->worker.alive();
        if (free && (oldest == sessions_.end() || entry->second->used < oldest->second->used))
            oldest = entry;
    }
    if (oldest != sessions_.end())
        sessions_.erase(oldest);
}

PythonSessions::SessionPtr PythonSessions::longest_idle_one() const
{
    SessionPtr oldest;
    for (const auto& [key, session] : sessions_)
        if (session->idle() && (!oldest || session->used < oldest->used))
            oldest = session;
    return oldest;
}

// Those at work are counted by `seats_`, so too many means that one is idle.
asio::awaitable<void> PythonSessions::make_room()
{
    while (live() > most_live) {
        SessionPtr oldest = longest_idle_one();
        if (!oldest)
            co_return;
        co_await end(std::move(oldest), "it was ended to make room for others");
    }
}

asio::awaitable<void> PythonSessions::end(SessionPtr session, std::string why)
{
    const std::optional<Permit> turn = session->turn.permit_now();
    if (!turn)
        co_return;
    session->lost = std::move(why);
    co_await session->worker.end();
}

void PythonSessions::rest(Session& session)
{
    session.used = clock_.now();
    if (!sweep_.armed())
        clock_.arm(sweep_, session.used + longest_idle);
}

void PythonSessions::begin_sweep()
{
    asio::co_spawn(*executor_, sweep(shared_from_this()), asio::detached);
}

asio::awaitable<void> PythonSessions::sweep(std::shared_ptr<PythonSessions> self)
{
    while (SessionPtr oldest = self->longest_idle_one()) {
        const TimePoint due = oldest->used + longest_idle;
        if (due > self->clock_.now()) {
            if (!self->sweep_.armed())
                self->clock_.arm(self->sweep_, due);
            co_return;
        }
        co_await self->end(std::move(oldest), "it was not used for ten minutes");
    }
}

} // namespace forager
