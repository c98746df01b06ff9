#include "sources/broker/container_channels.hpp"

#include "base/text.hpp"
#include "io/formats/json.hpp"

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace forager {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> channel_names()
{
    std::vector<std::string> names;
    for (const ContainerChannel& channel : container_channels())
        names.emplace_back(channel.channel);
    return names;
}

Result<Object> object_in(const std::string& payload, std::size_t limit)
{
    if (payload.size() > limit)
        return Failure{Errc::limit, "the message is larger than " + bytes_text(limit)};
    auto value = parse_json(payload);
    if (!value)
        return Failure{Errc::bad_arguments, "the message is no JSON: " + value.error().message};
    auto* object = value->get<Object>();
    if (object == nullptr)
        return Failure{Errc::bad_arguments,
                       "the message must be a JSON object, not a " + std::string{value->type_name()}};
    return std::move(*object);
}

// Who stops or watches a container does not wait for the end of its run.
bool overlaps(ContainerAction action)
{
    return action == ContainerAction::close || action == ContainerAction::monitor;
}

Submission submission_of(ContainerRequest request, const std::string& channel, const std::string& broker)
{
    Submission submission;
    submission.invocation.function = std::move(request.function);
    submission.invocation.source = broker;
    submission.invocation.label = channel + " " + request.name;
    submission.invocation.kwargs = std::move(request.fields);
    submission.overlaps = overlaps(request.action);
    if (request.action == ContainerAction::monitor)
        submission.invocation.kwargs.set("broker", broker);
    if (request.match == NameMatch::exact)
        submission.order_key = "container " + request.name;
    return submission;
}

// Words that a sender can tell from all others: another time it may be taken.
Failure in_words_of_a_reply(Failure failure)
{
    if (failure.code != Errc::limit && failure.code != Errc::refused)
        return failure;
    failure.message = "busy: " + failure.message;
    failure.details.set("busy", true);
    return failure;
}

} // namespace

ContainerChannels::ContainerChannels(const asio::any_io_executor& executor, Parts parts, Config config)
    : executor_{executor}, parts_{std::move(parts)}, config_{config}, fewer_{executor}, backoff_{50ms, 1s}
{
}

asio::awaitable<void> ContainerChannels::run()
{
    for (;;) {
        const Failure why = co_await hear();
        lost(why);
        co_await sleep_for(parts_.clock, backoff_.next(parts_.random.next()));
    }
}

asio::awaitable<Failure> ContainerChannels::hear()
{
    auto subscription = co_await parts_.broker.subscribe(channel_names());
    if (!subscription)
        co_return subscription.error();
    if (const auto& refused = (*subscription)->refused(); !refused.empty())
        parts_.tell("the broker does not let the channel '" + refused.begin()->first +
                    "' be heard: " + refused.begin()->second);
    if (!status_.trouble.empty())
        parts_.tell("the container channels are heard again");
    status_.connected = true;
    status_.trouble.clear();
    backoff_.reset();
    parts_.replies.wake();
    for (;;) {
        auto messages = co_await (*subscription)->next();
        if (!messages)
            co_return messages.error();
        for (BrokerMessage& message : *messages)
            co_await take(std::move(message));
    }
}

void ContainerChannels::lost(const Failure& why)
{
    status_.connected = false;
    if (std::exchange(status_.trouble, why.message).empty())
        parts_.tell("the container channels are not heard: " + why.message);
}

// Its order is that in which the queue is asked; that it is safe comes later, for many at once.
asio::awaitable<void> ContainerChannels::take(BrokerMessage message)
{
    ++status_.heard;
    auto object = object_in(message.payload, config_.message);
    if (!object) {
        refuse(message.channel, {}, object.error());
        co_return;
    }
    ReplyAddress address = reply_address(*object);
    const std::string broker{parts_.broker.name()};
    ReplyTo to{broker, std::move(address.channel), std::move(address.id)};
    auto request = container_request(message.channel, *object);
    if (!request) {
        refuse(message.channel, std::move(to), request.error());
        co_return;
    }
    while (putting_ >= config_.at_once) {
        fewer_.clear();
        co_await fewer_.wait();
    }
    Submission submission = submission_of(std::move(*request), message.channel, broker);
    if (!to.channel.empty())
        submission.reply = to;
    ++putting_;
    asio::co_spawn(executor_, put(std::move(submission), std::move(to)), [this](const std::exception_ptr&) {
        --putting_;
        fewer_.set();
    });
}

asio::awaitable<void> ContainerChannels::put(Submission submission, ReplyTo to)
{
    const std::string label = submission.invocation.label;
    const auto accepted = co_await parts_.queue.put(std::move(submission));
    if (!accepted)
        refuse(label, std::move(to), in_words_of_a_reply(accepted.error()));
}

void ContainerChannels::refuse(const std::string& channel, ReplyTo to, Failure why)
{
    ++status_.refused;
    parts_.tell("a message on " + channel + " is refused: " + why.message);
    if (!to.channel.empty())
        parts_.replies.refuse(std::move(to), std::move(why));
}

asio::awaitable<void> ContainerChannels::idle()
{
    while (putting_ > 0) {
        fewer_.clear();
        co_await fewer_.wait();
    }
}

} // namespace forager
