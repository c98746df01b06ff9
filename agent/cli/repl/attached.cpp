#include "cli/repl/attached.hpp"

#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

Outcome outcome_in(const Object& answer)
{
    if (const Value* error = answer.find("error"))
        return control::failure_from(*error);
    const auto member = [&](std::string_view name) {
        const Value* value = answer.find(name);
        return value == nullptr ? Value{} : *value;
    };
    Outputs outputs{member("text"), member("result")};
    if (const Value* unsaid = answer.find("unsaid"))
        outputs.push_back(*unsaid);
    return outputs;
}

} // namespace

Attached::Attached(App& app, std::string socket, Object wanted, Printer& printer)
    : client_{app.http(),
              {std::move(socket), "the session has ended with it; what it had begun is ended, too, at the "
                                  "latest when the agent is back"}},
      wanted_{std::move(wanted)},
      printer_{printer},
      group_{app.executor()},
      heard_{app.executor()}
{
}

asio::awaitable<Result<void>> Attached::open()
{
    auto opened = co_await client_.open("/v1/sessions", wanted_);
    if (!opened)
        co_return opened.error();
    events_ = std::move(*opened);
    while (id_.empty() && !failure_)
        co_await hear();
    if (failure_)
        co_return *failure_;
    group_.spawn("events", listen());
    co_return Result<void>{};
}

asio::awaitable<void> Attached::close()
{
    group_.cancel();
    co_await group_.emptied();
    events_ = {}; // with the connection, the session ends
}

asio::awaitable<void> Attached::listen()
{
    while (!failure_)
        co_await hear();
    if (ended)
        ended();
}

asio::awaitable<void> Attached::hear()
{
    const auto event = co_await events_.next();
    const auto* object = event && *event ? (*event)->get<Object>() : nullptr;
    if (object != nullptr)
        take(*object);
    else
        failure_ = event ? Failure{Errc::cancelled, "the session has ended"} : event.error();
    heard_.set();
}

void Attached::take(const Object& event)
{
    const std::string kind = part<std::string>(event, "event");
    if (kind == "line")
        printer_.line({}, part<std::string>(event, "text"));
    else if (kind == "answer")
        answer_ = outcome_in(event);
    else if (kind == "ready")
        id_ = part<std::string>(event, "id");
    else if (const Value* error = event.find("error"))
        failure_ = control::failure_from(*error);
}

asio::awaitable<Outcome> Attached::evaluate(std::string text, std::int64_t line)
{
    if (failure_)
        co_return *failure_;
    answer_.reset();
    Object input{{"text", std::move(text)}, {"line", line}};
    const auto accepted = co_await client_.post(evaluation(), std::move(input));
    if (!accepted)
        co_return failure_ ? *failure_ : accepted.error();
    while (!answer_ && !failure_) {
        heard_.clear();
        co_await heard_.wait();
    }
    if (answer_)
        co_return std::move(*answer_);
    co_return *failure_;
}

void Attached::interrupt()
{
    group_.spawn("cancel", cancel_evaluation());
}

// Its answer comes with the events, if it comes.
asio::awaitable<void> Attached::cancel_evaluation()
{
    (void)co_await client_.remove(evaluation());
}

} // namespace forager::cli
