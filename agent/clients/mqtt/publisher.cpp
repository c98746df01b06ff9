#include "clients/mqtt/publisher.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "clients/mqtt/filter.hpp"
#include "ports/within.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <map>
#include <optional>
#include <utility>

namespace forager::mqtt {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_waiting = std::size_t{64} * 1024 * 1024; // bytes that the broker has not taken yet

} // namespace

/// One connection in use: publications go out as they come, answers are theirs by their numbers.
class Publisher::Line final : public std::enable_shared_from_this<Line> {
public:
    Line(const asio::any_io_executor& executor, Connection connection)
        : executor_{executor}, connection_{std::move(connection)}, written_{executor}, room_{executor}
    {
    }

    /// Begins to write and to read; both hold it until `close`, or until the connection ends.
    void begin();
    void close();
    bool has_ended() const { return end_.has_value(); }
    asio::awaitable<Result<void>> publish(std::string topic, std::string payload);

private:
    struct Waiting {
        explicit Waiting(const asio::any_io_executor& executor) : answered{executor} {}
        std::optional<Result<void>> answer;
        Event answered;
    };

    asio::awaitable<void> write();
    asio::awaitable<void> read();
    Result<void> take(const Packet& packet);
    std::uint16_t fresh_number();
    void end(Failure why);

    asio::any_io_executor executor_;
    Connection connection_;
    std::string outgoing_;
    Event written_; // something is outgoing
    Event room_;    // somebody was answered
    std::map<std::uint16_t, std::shared_ptr<Waiting>> waiting_;
    std::uint16_t last_number_ = 0;
    std::optional<Failure> end_;
    asio::cancellation_signal stop_writing_;
    asio::cancellation_signal stop_reading_;
};

void Publisher::Line::begin()
{
    const auto keeps = [self = shared_from_this()](const std::exception_ptr&) {};
    asio::co_spawn(executor_, write(), asio::bind_cancellation_slot(stop_writing_.slot(), keeps));
    asio::co_spawn(executor_, read(), asio::bind_cancellation_slot(stop_reading_.slot(), keeps));
}

void Publisher::Line::close()
{
    end({Errc::unreachable, "the connection to the MQTT broker at " + connection_.peer() + " was closed"});
    // What is emitted outside of the loop arrives later, and finds this object there.
    asio::post(executor_, [self = shared_from_this()] {
        self->stop_writing_.emit(asio::cancellation_type::terminal);
        self->stop_reading_.emit(asio::cancellation_type::terminal);
    });
}

void Publisher::Line::end(Failure why)
{
    if (end_)
        return;
    end_ = std::move(why);
    written_.set();
    room_.set();
    for (const auto& [number, one] : std::exchange(waiting_, {})) {
        one->answer = *end_;
        one->answered.set();
    }
}

asio::awaitable<void> Publisher::Line::write()
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

asio::awaitable<void> Publisher::Line::read()
{
    while (!end_) {
        auto packet = co_await connection_.receive();
        const Result<void> taken = packet.has_error() ? Result<void>{packet.error()} : take(*packet);
        if (taken.has_error())
            end(taken.error());
    }
    stop_writing_.emit(asio::cancellation_type::terminal);
}

Result<void> Publisher::Line::take(const Packet& packet)
{
    const auto answer = answer_in(packet);
    if (answer.has_error())
        return answer.error();
    if (packet.kind == Kind::disconnect)
        return Failure{Errc::unreachable, "the MQTT broker has ended the connection: " + answer->reason};
    const auto one = waiting_.find(answer->number);
    if (one == waiting_.end())
        return {};
    one->second->answer = answer->is_refusal() ? Result<void>{refusal(*answer)} : Result<void>{};
    one->second->answered.set();
    waiting_.erase(one);
    room_.set();
    return {};
}

std::uint16_t Publisher::Line::fresh_number()
{
    do
        ++last_number_;
    while (last_number_ == 0 || waiting_.contains(last_number_));
    return last_number_;
}

asio::awaitable<Result<void>> Publisher::Line::publish(std::string topic, std::string payload)
{
    const auto self = shared_from_this();
    while (!end_ && waiting_.size() >= connection_.receives()) {
        room_.clear();
        co_await room_.wait();
    }
    if (end_)
        co_return *end_;
    if (outgoing_.size() + payload.size() > most_waiting)
        co_return Failure{Errc::limit, "more than " + bytes_text(most_waiting) +
                                           " wait to be sent to the MQTT broker at " + connection_.peer()};
    const auto one = std::make_shared<Waiting>(executor_);
    const std::uint16_t number = fresh_number();
    waiting_.emplace(number, one);
    outgoing_ += publish_packet(number, topic, payload);
    written_.set();
    while (!one->answer)
        co_await one->answered.wait();
    co_return std::move(*one->answer);
}

Publisher::Publisher(asio::any_io_executor executor, http::Connector& connector, Clock& clock, Config config,
                     std::function<std::string()> fresh_id)
    : executor_{std::move(executor)},
      connector_{connector},
      clock_{clock},
      config_{std::move(config)},
      fresh_id_{std::move(fresh_id)}
{
}

Publisher::~Publisher()
{
    if (line_)
        line_->close();
}

asio::awaitable<Result<void>> Publisher::publish(std::string topic, std::string payload)
{
    if (auto fine = check_topic(topic); fine.has_error())
        co_return fine;
    auto open = co_await line();
    if (open.has_error())
        co_return open.error();
    const std::string late =
        "the MQTT broker at " + config_.address.shown() + " did not answer within " + to_text(config_.timeout);
    const TimePoint deadline = clock_.now() + config_.timeout;
    auto sent = co_await within(clock_, deadline, (*open)->publish(std::move(topic), std::move(payload)), late);
    if (sent.has_error() && sent.error().code == Errc::timed_out && line_ == *open)
        std::exchange(line_, nullptr)->close();
    co_return sent;
}

asio::awaitable<Result<std::shared_ptr<Publisher::Line>>> Publisher::line()
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
        opened = co_await Connection::open(connector_, clock_, config_, fresh_id_(), std::chrono::seconds{0});
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

} // namespace forager::mqtt
