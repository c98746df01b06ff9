#include "control/sessions.hpp"

#include "base/duration.hpp"

#include <utility>

namespace forager::control {

namespace asio = boost::asio;

// Who reads it is who talks: with the connection, the session ends.
class Sessions::Body final : public http::BodySource {
public:
    Body(Sessions& sessions, std::shared_ptr<LiveSession> session) : sessions_{sessions}, session_{std::move(session)}
    {
    }
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;
    ~Body() override { (void)sessions_.close(session_->id(), "its client has left"); }

    asio::awaitable<std::string> next() override { return session_->stream().next(); }

private:
    Sessions& sessions_;
    std::shared_ptr<LiveSession> session_;
};

// The same of a call.
class Sessions::CallBody final : public http::BodySource {
public:
    CallBody(Sessions& sessions, std::string id, std::shared_ptr<LiveCall> call)
        : sessions_{sessions}, id_{std::move(id)}, call_{std::move(call)}
    {
    }
    CallBody(const CallBody&) = delete;
    CallBody& operator=(const CallBody&) = delete;
    ~CallBody() override { sessions_.group_.cancel(id_); }

    asio::awaitable<std::string> next() override { return call_->stream().next(); }

private:
    Sessions& sessions_;
    std::string id_;
    std::shared_ptr<LiveCall> call_;
};

namespace {

asio::awaitable<void> done(std::shared_ptr<LiveCall> call, asio::awaitable<Outcome> work)
{
    co_await call->run(std::move(work));
}

asio::awaitable<void> evaluated(std::shared_ptr<LiveSession> session, std::int64_t number, std::string text,
                                std::int64_t line)
{
    co_await session->evaluate(number, std::move(text), line);
}

asio::awaitable<void> announced(std::shared_ptr<LiveSession> session)
{
    co_await session->announce();
}

std::string serving(const std::string& id)
{
    return id + " serves";
}

} // namespace

asio::awaitable<void> Sessions::watch(std::shared_ptr<LiveSession> session)
{
    co_await session->idle(parts_.clock);
    (void)close(session->id(), "the session was closed after " + to_text(limits_.idle) + " without an input");
}

Result<http::Reply> Sessions::open(const Wanted& wanted)
{
    if (sessions_.size() >= limits_.at_once)
        return Failure{Errc::limit, "there are " + std::to_string(sessions_.size()) +
                                        " sessions, and no more are let in: end one ('forager status' lists them)"};
    const auto script = parts_.script(wanted.file.empty() ? "repl" : wanted.file);
    if (auto loaded = script->load(wanted.text); !loaded)
        return loaded.error();
    const LiveSession::Origin origin{parts_.fresh_id(), wanted.uid};
    const auto session = std::make_shared<LiveSession>(script, origin, parts_.clock, limits_);
    sessions_.emplace(origin.id, session);
    group_.spawn(serving(origin.id), serve(session));
    group_.spawn(origin.id, announced(session));
    group_.spawn(origin.id, watch(session));
    return http::stream_reply("application/x-ndjson", std::make_unique<Body>(*this, session));
}

asio::awaitable<void> Sessions::serve(std::shared_ptr<LiveSession> session)
{
    co_await session->run();
    sessions_.erase(session->id());
    group_.cancel(session->id());
}

http::Reply Sessions::call(Observer& also, const std::function<asio::awaitable<Outcome>(Observer&)>& work)
{
    const auto call = std::make_shared<LiveCall>(parts_.executor, also, limits_.output);
    std::string id = parts_.fresh_id();
    group_.spawn(id, done(call, work(*call)));
    return http::stream_reply("application/x-ndjson", std::make_unique<CallBody>(*this, std::move(id), call));
}

Result<LiveSession*> Sessions::find(const std::string& id) const
{
    const auto found = sessions_.find(id);
    if (found == sessions_.end())
        return Failure{Errc::not_found, "there is no session " + id + ": it has ended"};
    return found->second.get();
}

Result<std::int64_t> Sessions::evaluate(const std::string& id, std::string text, std::int64_t line)
{
    const auto session = find(id);
    if (!session)
        return session.error();
    const auto number = (*session)->accept();
    if (number)
        group_.spawn(id + " evaluates", evaluated(sessions_.at(id), *number, std::move(text), line));
    return number;
}

Result<void> Sessions::interrupt(const std::string& id)
{
    const auto session = find(id);
    if (!session)
        return session.error();
    (*session)->interrupt();
    return {};
}

Result<void> Sessions::close(const std::string& id, std::string reason)
{
    const auto session = find(id);
    if (!session)
        return session.error();
    (*session)->close(std::move(reason));
    group_.cancel(serving(id));
    return {};
}

Array Sessions::list() const
{
    Array list;
    for (const auto& [id, session] : sessions_)
        list.emplace_back(session->description());
    return list;
}

asio::awaitable<void> Sessions::end()
{
    for (const auto& [id, session] : sessions_)
        session->close("the agent stops");
    group_.cancel();
    co_await group_.emptied();
}

} // namespace forager::control
