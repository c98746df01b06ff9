#include "clients/redis/client.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "io/event.hpp"
#include "ports/within.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <deque>
#include <exception>
#include <utility>

namespace forager::redis {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_waiting = std::size_t{64} * 1024 * 1024; // bytes that the server has not taken yet

} // namespace

/// One connection in use: commands go out as they come, replies are theirs in the same order.
class Client::Line final : public std::enable_shared_from_this<Line> {
public:
    Line(const asio::any_io_executor& executor, Connection connection)
        : executor_{executor}, connection_{std::move(connection)}, written_{executor}
    {
    }

    /// Begins to write and to read; both hold it until `close`, or until the connection ends.
    void begin();
    void close();
    bool has_ended() const { return end_.has_value(); }

    asio::awaitable<Result<Value>> carry_out(std::string command);

private:
    struct Waiting {
        explicit Waiting(const asio::any_io_executor& executor) : answered{executor} {}
        std::optional<Result<Value>> answer;
        Event answered;
    };

    asio::awaitable<void> write();
    asio::awaitable<void> read();
    void end(Failure why);

    asio::any_io_executor executor_;
    Connection connection_;
    std::string outgoing_;
    Event written_; // something is outgoing
    std::deque<std::shared_ptr<Waiting>> waiting_;
    std::optional<Failure> end_;
    asio::cancellation_signal stop_writing_;
    asio::cancellation_signal stop_reading_;
};

void Client::Line::begin()
{
    const auto keeps = [self = shared_from_this()](const std::exception_ptr&) {};
    asio::co_spawn(executor_, write(), asio::bind_cancellation_slot(stop_writing_.slot(), keeps));
    asio::co_spawn(executor_, read(), asio::bind_cancellation_slot(stop_reading_.slot(), keeps));
}

void Client::Line::close()
{
    end({Errc::unreachable, "the connection to the Redis server at " + connection_.peer() + " was closed"});
    // What is emitted outside of the loop arrives later, and finds this object there.
    asio::post(executor_, [self = shared_from_this()] {
        self->stop_writing_.emit(asio::cancellation_type::terminal);
        self->stop_reading_.emit(asio::cancellation_type::terminal);
    });
}

void Client::Line::end(Failure why)
{
    if (end_)
        return;
    end_ = std::move(why);
    written_.set();
    for (const auto& one : std::exchange(waiting_, {})) {
        one->answer = *end_;
        one->answered.set();
    }
}

asio::awaitable<void> Client::Line::write()
{
    while (!end_) {
        if (outgoing_.empty()) {
            written_.clear();
            co_await written_.wait();
            continue;
        }
        auto sent = co_await connection_.send(std::exchange(outgoing_, {}));
        if (sent.has_error())
            end(std::move(sent).error());
    }
    stop_reading_.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> Client::Line::read()
{
    while (!end_) {
        auto reply = co_await connection_.receive();
        if (reply.has_error()) {
            end(std::move(reply).error());
            break;
        }
        if (waiting_.empty()) // nothing was asked
            continue;
        const auto one = std::move(waiting_.front());
        waiting_.pop_front();
        one->answer = reply->error ? Result<Value>{refusal(*reply->error)} : Result<Value>{std::move(reply->value)};
        one->answered.set();
    }
    stop_writing_.emit(asio::cancellation_type::terminal);
}

asio::awaitable<Result<Value>> Client::Line::carry_out(std::string command)
{
    if (end_)
        co_return *end_;
    if (outgoing_.size() + command.size() > most_waiting)
        co_return Failure{Errc::limit, "more than " + bytes_text(most_waiting) +
                                           " wait to be sent to the Redis server at " + connection_.peer()};
    const auto self = shared_from_this();
    const auto one = std::make_shared<Waiting>(executor_);
    waiting_.push_back(one);
    outgoing_ += command;
    written_.set();
    while (!one->answer)
        co_await one->answered.wait();
    co_return std::move(*one->answer);
}

Client::Client(asio::any_io_executor executor, http::Connector& connector, Clock& clock, Config config)
    : executor_{std::move(executor)}, connector_{connector}, clock_{clock}, config_{std::move(config)}
{
}

Client::~Client()
{
    if (line_)
        line_->close();
}

asio::awaitable<Result<Value>> Client::call(std::initializer_list<std::string_view> words)
{
    return carry_out(command_text(words));
}

asio::awaitable<Result<Value>> Client::call(std::span<const std::string_view> words)
{
    return carry_out(command_text(words));
}

asio::awaitable<Result<Value>> Client::carry_out(std::string command)
{
    auto open = co_await line();
    if (open.has_error())
        co_return open.error();
    const std::string late =
        "the Redis server at " + config_.address.shown() + " did not answer within " + to_text(config_.timeout);
    const TimePoint deadline = clock_.now() + config_.timeout;
    auto answer = co_await within(clock_, deadline, (*open)->carry_out(std::move(command)), late);
    // Who does not answer now may answer the next one with this one's reply after that: it is another line's turn.
    if (answer.has_error() && answer.error().code == Errc::timed_out && line_ == *open)
        std::exchange(line_, nullptr)->close();
    co_return answer;
}

asio::awaitable<Result<std::shared_ptr<Client::Line>>> Client::line()
{
    while (connecting_) {
        const auto other = connecting_;
        co_await other->wait();
    }
    if (line_ && !line_->has_ended())
        co_return line_;
    const auto done = connecting_ = std::make_shared<Event>(executor_);
    std::optional<Result<Connection>> opened;
    std::exception_ptr thrown;
    try {
        opened = co_await Connection::open(connector_, clock_, config_);
    } catch (...) {
        thrown = std::current_exception();
    }
    connecting_.reset();
    done->set();
    if (thrown)
        std::rethrow_exception(thrown);
    if (opened->has_error())
        co_return opened->error();
    line_ = std::make_shared<Line>(executor_, std::move(**opened));
    line_->begin();
    co_return line_;
}

} // namespace forager::redis
