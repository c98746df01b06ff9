#include "cli/repl/here.hpp"

#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

Invocation session_of(App& app, const std::string& name)
{
    Invocation invocation;
    invocation.id = app.scheduler().fresh_id();
    invocation.function = name;
    invocation.source = "repl";
    return invocation;
}

// How it ends is told where it is asked for.
asio::awaitable<void> run(scripting::Session& session)
{
    (void)co_await session.run();
}

} // namespace

Here::Here(App& app, std::shared_ptr<scripting::Script> script, Observer& observer)
    : session_{script, session_of(app, script->path()), observer}, group_{app.executor()}
{
}

asio::awaitable<Result<void>> Here::open()
{
    group_.spawn("session", run(session_));
    return session_.ready();
}

asio::awaitable<void> Here::close()
{
    session_.close();
    group_.cancel();
    return group_.emptied();
}

asio::awaitable<Outcome> Here::evaluate(std::string text, std::int64_t line)
{
    return session_.evaluate(std::move(text), line);
}

} // namespace forager::cli
