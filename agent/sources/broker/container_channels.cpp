#include "sources/broker/container_channels.hpp"

#include "base/text.hpp"
#include "io/formats/json.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

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

Submission submission_of(ContainerRequest request, const std::string& channel, const std::string& broker)
{
    Submission submission;
    submission.invocation.function = std::move(request.function);
    submission.invocation.source = "broker " + broker;
    submission.invocation.label = channel + " " + request.name;
    submission.invocation.kwargs = std::move(request.fields);
    submission.overlaps = request.action == ContainerAction::close; // a run that goes on can be stopped
    if (request.action == ContainerAction::monitor)
        submission.invocation.kwargs.set("broker", broker);
    if (request.match == NameMatch::exact)
        submission.order_key = "container " + request.name;
    return submission;
}

bool may_come_again(const Failure& failure)
{
    return failure.retry && (failure.code == Errc::limit || failure.code == Errc::refused);
}

Failure pointless(Failure failure)
{
    failure.retry = false;
    return failure;
}

// Words that a sender can tell from all others: another time it may be taken.
Failure in_words_of_a_reply(Failure failure)
{
    if (failure.code != Errc::limit)
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

// What is wrong with it is answered here.
Result<ContainerChannels::Asked> ContainerChannels::read(const std::string& channel, const std::string& payload)
{
    ++heard_;
    auto object = object_in(payload, config_.message);
    if (!object) {
        refuse(channel, {}, object.error());
        return object.error();
    }
    ReplyAddress address = reply_address(*object);
    Asked asked;
    asked.to = {parts_.broker, std::move(address.channel), std::move(address.id)};
    auto request = container_request(channel, *object);
    if (!request) {
        refuse(channel, std::move(asked.to), request.error());
        return request.error();
    }
    asked.submission = submission_of(std::move(*request), channel, parts_.broker);
    if (!asked.to.channel.empty())
        asked.submission.reply = asked.to;
    return asked;
}

// Its order is that in which the queue is asked; that it is safe comes later, for many at once.
asio::awaitable<void> ContainerChannels::take(BrokerMessage message)
{
    auto asked = read(message.channel, message.payload);
    if (!asked)
        co_return;
    while (putting_ >= config_.at_once) {
        fewer_.clear();
        co_await fewer_.wait();
    }
    ++putting_;
    asio::co_spawn(executor_, put(std::move(*asked)), [this](const std::exception_ptr&) {
        --putting_;
        fewer_.set();
    });
}

asio::awaitable<void> ContainerChannels::put(Asked asked)
{
    const std::string label = asked.submission.invocation.label;
    const auto accepted = co_await parts_.queue.put(std::move(asked.submission));
    if (!accepted)
        refuse(label, std::move(asked.to), in_words_of_a_reply(accepted.error()));
}

// An entry that comes again is accepted once.
Result<ContainerChannels::Asked> ContainerChannels::read_entry(const StreamEntry& entry)
{
    auto asked = read(part<std::string>(entry.fields, "channel"), part<std::string>(entry.fields, "payload"));
    if (!asked)
        return pointless(asked.error());
    asked->submission.idempotency_key = parts_.broker + " " + entry.stream + " " + entry.id;
    asked->submission.key_is_enough = true;
    return asked;
}

asio::awaitable<std::vector<Result<void>>> ContainerChannels::take_entries(std::vector<StreamEntry> entries)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    std::vector<Result<void>> results(entries.size());
    std::size_t left = 0;
    Event ended{executor_};
    for (std::size_t i = 0; i < entries.size(); ++i) {
        auto asked = read_entry(entries[i]);
        if (!asked) {
            results[i] = asked.error();
            continue;
        }
        ++left;
        asio::co_spawn(executor_, put_entry(std::move(*asked), results[i]), [&left, &ended](const std::exception_ptr&) {
            if (--left == 0)
                ended.set();
        });
    }
    while (left > 0)
        co_await ended.wait();
    co_await asio::this_coro::throw_if_cancelled(true);
    co_return results;
}

// Where there is no room nobody is told: it waits in its stream.
asio::awaitable<void> ContainerChannels::put_entry(Asked asked, Result<void>& result)
{
    const std::string label = asked.submission.invocation.label;
    const auto accepted = co_await parts_.queue.put(std::move(asked.submission));
    if (accepted)
        co_return;
    const bool waits = may_come_again(accepted.error());
    result = waits ? accepted.error() : pointless(accepted.error());
    if (!waits)
        refuse(label, std::move(asked.to), accepted.error());
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
