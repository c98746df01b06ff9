#include "control/api.hpp"

#include "control/description.hpp"
#include "control/routing.hpp"
#include "control/submission.hpp"

#include <utility>

namespace forager::control {

namespace asio = boost::asio;

namespace {

int status_of(const Failure& failure)
{
    if (failure.declaration)
        return 400; // what the client sent as a script is none
    switch (failure.code) {
    case Errc::not_found: return 404;
    case Errc::bad_arguments: return 400;
    case Errc::limit: return 429;
    case Errc::refused: return 409;
    default: return 500;
    }
}

http::Reply refused(const Failure& failure)
{
    return http::failure_reply(status_of(failure), failure);
}

} // namespace

std::span<const Api::Route> Api::routes()
{
    static constexpr Route table[] = {
        {"GET", "/v1/invocations", &Api::list},
        {"POST", "/v1/invocations", &Api::submit},
        {"GET", "/v1/invocations/{id}", &Api::show},
        {"GET", "/v1/invocations/{id}/wait", &Api::wait},
        {"GET", "/v1/invocations/{id}/logs", &Api::logs},
        {"GET", "/v1/invocations/{id}/explain", &Api::explain},
        {"POST", "/v1/invocations/{id}/cancel", &Api::cancel},
        {"POST", "/v1/invocations/{id}/retry", &Api::retry},
        {"POST", "/v1/invocations/{id}/signal", &Api::signal},
        {"POST", "/v1/call", &Api::call},
        {"GET", "/v1/documents", &Api::list_documents},
        {"POST", "/v1/documents", &Api::apply_document},
        {"POST", "/v1/check", &Api::check_document},
        {"POST", "/v1/diff", &Api::diff_document},
        {"GET", "/v1/documents/{id}", &Api::show_document},
        {"DELETE", "/v1/documents/{id}", &Api::delete_document},
        {"POST", "/v1/documents/{id}/undo", &Api::undo_document},
        {"POST", "/v1/documents/{id}/pause", &Api::pause_document},
        {"POST", "/v1/documents/{id}/resume", &Api::resume_document},
        {"POST", "/v1/documents/{id}/restart", &Api::restart_document},
        {"POST", "/v1/documents/{id}/reconcile", &Api::reconcile_document},
        {"POST", "/v1/documents/{id}/forget", &Api::forget_document},
        {"GET", "/v1/functions", &Api::functions},
        {"GET", "/v1/status", &Api::status},
        {"POST", "/v1/reload", &Api::reload},
        {"POST", "/v1/drain", &Api::drain},
        {"POST", "/v1/resume", &Api::resume},
        {"POST", "/v1/sessions", &Api::open_session},
        {"DELETE", "/v1/sessions/{id}", &Api::close_session},
        {"POST", "/v1/sessions/{id}/evaluation", &Api::evaluate},
        {"DELETE", "/v1/sessions/{id}/evaluation", &Api::interrupt},
    };
    return table;
}

asio::awaitable<http::Reply> Api::handle(http::ServedRequest request)
{
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    std::string allowed;
    for (const Route& route : routes()) {
        auto id = id_in(route.path, request.path);
        if (!id)
            continue;
        if (route.method != method) {
            allowed += (allowed.empty() ? "" : ", ") + std::string{route.method};
            continue;
        }
        Call call{std::move(request), std::move(*id)};
        http::Reply reply = co_await reply_of(route, std::move(call));
        co_return reply;
    }
    if (allowed.empty())
        co_return refused({Errc::not_found, "the agent has nothing at " + request.path});
    http::Reply reply = http::failure_reply(405, {Errc::refused, request.path + " is for " + allowed});
    reply.headers.add("Allow", std::move(allowed));
    co_return reply;
}

asio::awaitable<http::Reply> Api::reply_of(Route route, Call call)
{
    if (const auto* open = std::get_if<Open>(&route.act)) {
        auto opened = (this->**open)(std::move(call));
        co_return opened ? std::move(*opened) : refused(opened.error());
    }
    const Answer answer = co_await (this->*std::get<Act>(route.act))(std::move(call));
    if (!answer)
        co_return refused(answer.error());
    co_return http::json_reply(200, Value{Object{{"ok", true}, {"result", *answer}}});
}

asio::awaitable<Api::Answer> Api::functions(Call)
{
    co_return Value{functions_data(parts_.scheduler.registry())};
}

asio::awaitable<Api::Answer> Api::status(Call)
{
    co_return Value{parts_.status()};
}

asio::awaitable<Api::Answer> Api::reload(Call)
{
    co_await parts_.reload();
    co_return Value{parts_.scripts()};
}

asio::awaitable<Api::Answer> Api::drain(Call)
{
    co_await parts_.drain();
    co_return Value{};
}

asio::awaitable<Api::Answer> Api::resume(Call)
{
    parts_.resume();
    co_return Value{};
}

Result<http::Reply> Api::open_session(Call call)
{
    auto wanted = session_in(call.request);
    if (!wanted)
        return wanted.error();
    return parts_.sessions.open(*wanted);
}

asio::awaitable<Api::Answer> Api::close_session(Call call)
{
    const auto closed = parts_.sessions.close(call.id, "somebody closed the session");
    co_return closed ? Answer{Value{}} : Answer{closed.error()};
}

asio::awaitable<Api::Answer> Api::evaluate(Call call)
{
    auto input = input_in(call.request);
    if (!input)
        co_return input.error();
    const auto number = parts_.sessions.evaluate(call.id, std::move(input->text), input->line);
    co_return number ? Answer{Value{Object{{"number", *number}}}} : Answer{number.error()};
}

asio::awaitable<Api::Answer> Api::interrupt(Call call)
{
    const auto interrupted = parts_.sessions.interrupt(call.id);
    co_return interrupted ? Answer{Value{}} : Answer{interrupted.error()};
}

} // namespace forager::control
