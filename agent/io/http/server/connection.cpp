#include "io/http/server/connection.hpp"

#include "io/http/server/reply_text.hpp"
#include "ports/cancellation.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace forager::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t joined_write = 64 * 1024;

Errc code_for(int status)
{
    switch (status) {
    case 408: return Errc::timed_out;
    case 413:
    case 414:
    case 431:
    case 503: return Errc::limit;
    default: return Errc::bad_arguments;
    }
}

Reply reply_to(const Refusal& refusal)
{
    Reply reply = failure_reply(refusal.status, Failure{code_for(refusal.status), refusal.message});
    if (refusal.status == 503)
        reply.headers.add("Retry-After", "1");
    return reply;
}

Reply internal_error()
{
    Failure failure{Errc::script, "the agent made a mistake while it answered this request"};
    failure.details.append("code", "internal");
    return failure_reply(500, failure);
}

} // namespace

Connection::Connection(Socket socket, std::unique_ptr<Wire> wire, Origin origin, Services services)
    : socket_{std::move(socket)},
      wire_{std::move(wire)},
      origin_{std::move(origin)},
      services_{services},
      incoming_{socket_, *wire_, services.clock, services.config.leaving_time},
      outgoing_{socket_, *wire_, services.clock, services.config.write_time}
{
}

void Connection::start(bool welcome, std::function<void()> ended)
{
    ended_ = std::move(ended);
    parts_ = 2;
    const auto executor = socket_.get_executor();
    const auto pump_ended = [this](const std::exception_ptr&) {
        if (needed_ && incoming_.left())
            cancel();
        part_ended();
    };
    // Whatever ended the work, it is over for this client alone.
    const auto work_ended = [this](const std::exception_ptr&) {
        pump_.emit(asio::cancellation_type::terminal);
        part_ended();
    };
    asio::co_spawn(executor, incoming_.pump(), asio::bind_cancellation_slot(pump_.slot(), pump_ended));
    asio::co_spawn(executor, welcome ? converse() : turn_away(),
                   asio::bind_cancellation_slot(work_.slot(), work_ended));
}

void Connection::part_ended()
{
    if (--parts_ > 0)
        return;
    const auto ended = std::move(ended_);
    ended();
}

void Connection::finish()
{
    finishing_ = true;
    if (idle_)
        cancel();
}

void Connection::cancel()
{
    work_.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> Connection::converse()
{
    bool open = true;
    while (open && !finishing_) {
        RequestParser parser{services_.config.body_limit};
        BodyShare share{services_.bodies};
        const bool received = co_await receive(parser, share);
        open = received || parser.refusal();
        if (open)
            open = co_await respond(parser);
    }
    co_await say_farewell();
}

asio::awaitable<bool> Connection::respond(RequestParser& parser)
{
    const Manner last;
    if (parser.refusal())
        return send(reply_to(*parser.refusal()), last);
    return serve(parser);
}

asio::awaitable<void> Connection::turn_away()
{
    const Manner last;
    const Refusal refusal{503, "too many clients are connected; try again"};
    co_await send(reply_to(refusal), last);
    co_await say_farewell();
}

// True: the request is complete. False: it is refused, or there is none.
asio::awaitable<bool> Connection::receive(RequestParser& parser, BodyShare& share)
{
    const bool begun = co_await begin();
    if (!begun)
        co_return false;
    const bool has_head = co_await read_until(parser, share, &RequestParser::has_head, services_.config.head_time);
    if (!has_head)
        co_return false;
    if (parser.expects_continue() && !parser.is_complete()) {
        const bool sent = co_await outgoing_.send("HTTP/1.1 100 Continue\r\n\r\n");
        if (!sent)
            co_return false;
    }
    const bool complete = co_await read_until(parser, share, &RequestParser::is_complete, services_.config.body_time);
    co_return complete;
}

asio::awaitable<bool> Connection::begin()
{
    if (!incoming_.bytes().empty())
        co_return true;
    idle_ = true;
    const bool begun = co_await incoming_.more(services_.clock.now() + services_.config.idle_time);
    idle_ = false;
    co_return begun;
}

asio::awaitable<bool> Connection::read_until(RequestParser& parser, BodyShare& share, Reached reached, Duration limit)
{
    const TimePoint deadline = services_.clock.now() + limit;
    for (;;) {
        incoming_.drop(parser.feed(incoming_.bytes()));
        if (incoming_.full() && !(parser.*reached)())
            parser.refuse({400, "the request has a line without end"}); // nothing else is held back
        if (!share.grow_to(parser.body_size()))
            parser.refuse({503, "the requests of all clients are too large together; try again"});
        if (parser.refusal())
            co_return false;
        if ((parser.*reached)())
            co_return true;
        const bool more = co_await incoming_.more(deadline);
        if (!more && !incoming_.ended())
            parser.refuse({408, "the request did not come to its end in time"});
        if (!more)
            co_return false;
    }
}

asio::awaitable<bool> Connection::serve(RequestParser& parser)
{
    Manner manner;
    manner.http_1_0 = parser.is_http_1_0();
    manner.keeps = parser.keeps_connection();
    ServedRequest request = parser.take();
    manner.head_only = request.method == "HEAD";
    request.peer = origin_.peer;
    request.uid = origin_.uid;
    // A turn of the loop first: one client's many small requests must not keep the others waiting.
    co_await asio::post(socket_.get_executor(), asio::use_awaitable);
    Reply reply = co_await ask(std::move(request));
    const bool keeps = co_await send(std::move(reply), manner);
    needed_ = false;
    co_return keeps;
}

asio::awaitable<Reply> Connection::ask(ServedRequest request)
{
    const auto state = co_await asio::this_coro::cancellation_state;
    std::exception_ptr thrown;
    Reply reply;
    need_client();
    try {
        Reply made = co_await services_.handle(std::move(request));
        reply = std::move(made);
    } catch (...) {
        thrown = std::current_exception();
    }
    needed_ = false;
    if (thrown && state.cancelled() != asio::cancellation_type::none)
        std::rethrow_exception(thrown);
    if (thrown || !is_sendable(reply))
        co_return internal_error();
    co_return reply;
}

// From here on the client's leaving cancels.
void Connection::need_client()
{
    if (incoming_.left())
        throw_cancelled();
    needed_ = true;
}

// Whether all was sent and the connection stays open.
asio::awaitable<bool> Connection::send(Reply reply, Manner manner)
{
    const Framing framing = framing_of(reply, manner.http_1_0);
    const bool keeps = manner.keeps && !finishing_ && framing != Framing::end_of_connection;
    std::string head = head_text(reply, framing, keeps, services_.clock.wall());
    if (manner.head_only || framing == Framing::no_body)
        reply = Reply{};
    if (reply.body.size() <= joined_write)
        head.append(std::exchange(reply.body, {}));
    bool sent = co_await outgoing_.send(std::move(head));
    if (sent && reply.stream)
        sent = co_await send_stream(std::move(reply.stream), framing == Framing::chunks);
    else if (sent)
        sent = co_await outgoing_.send(std::move(reply.body));
    const bool open = sent && keeps;
    co_return open;
}

asio::awaitable<bool> Connection::send_stream(std::unique_ptr<BodySource> stream, bool chunked)
{
    need_client();
    for (;;) {
        std::string piece = co_await stream->next();
        const bool last = piece.empty();
        if (chunked)
            piece = last ? std::string{last_chunk} : chunk_text(piece);
        const bool sent = co_await outgoing_.send(std::move(piece));
        if (last || !sent)
            co_return sent;
    }
}

// A socket that is closed with unread bytes resets the connection, and the client may never see the reply.
asio::awaitable<void> Connection::say_farewell()
{
    boost::system::error_code ignored;
    wire_->finish();
    socket_.shutdown(Socket::shutdown_send, ignored);
    const TimePoint deadline = services_.clock.now() + services_.config.farewell_time;
    idle_ = true;
    for (bool more = true; more;) {
        incoming_.drop(incoming_.bytes().size());
        more = co_await incoming_.more(deadline);
    }
}

} // namespace forager::http
