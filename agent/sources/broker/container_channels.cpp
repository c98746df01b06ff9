#include "sources/broker/container_channels.hpp"

#include "base/text.hpp"
#include "io/formats/json.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>
#include <vector>

namespace forager {

namespace asio = boost::asio;

namespace {

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
    submission.invocation.source = "broker " + broker;
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
    : executor_{executor}, parts_{std::move(parts)}, config_{config}, fewer_{executor}
{
}

std::vector<Hearing> ContainerChannels::hearings()
{
    std::vector<Hearing> list;
    for (const ContainerChannel& channel : container_channels())
        list.push_back({std::string{channel.channel},
                        [this](std::vector<BrokerMessage> messages) { return take_all(std::move(messages)); }});
    return list;
}

asio::awaitable<void> ContainerChannels::take_all(std::vector<BrokerMessage> messages)
{
    for (BrokerMessage& message : messages)
        co_await take(std::move(message));
}

asio::awaitable<void> ContainerChannels::take(BrokerMessage message)
{
    ++heard_;
    auto object = object_in(message.payload, config_.message);
    if (!object) {
        refuse(message.channel, {}, object.error());
        co_return;
    }
    ReplyAddress address = reply_address(*object);
    ReplyTo to{parts_.broker, std::move(address.channel), std::move(address.id)};
    auto request = container_request(message.channel, *object);
    if (!request) {
        refuse(message.channel, std::move(to), request.error());
        co_return;
    }
    while (putting_ >= config_.at_once) {
        fewer_.clear();
        co_await fewer_.wait();
    }
    begin(submission_of(std::move(*request), message.channel, parts_.broker), std::move(to));
}

// Its order is that in which the queue is asked; that it is safe comes later, for many at once.
void ContainerChannels::begin(Submission submission, ReplyTo to)
{
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

void ContainerChannels::refuse(const std::string& what, ReplyTo to, Failure why)
{
    ++refused_;
    parts_.warn("a message on " + what + " is refused: " + why.message);
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
