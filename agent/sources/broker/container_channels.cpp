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

constexpr const char* other = "other";

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

// Without what is nested in its members, however deep that is.
std::string outline(std::string_view text)
{
    std::string result;
    std::size_t depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char one = text[i];
        const std::size_t before = depth;
        if (in_text && one == '\\')
            ++i; // with what it protects
        else if (one == '"')
            in_text = !in_text;
        else if (!in_text && (one == '{' || one == '['))
            ++depth;
        else if (!in_text && (one == '}' || one == ']') && depth > 0)
            --depth;
        if (before == 1 && depth == 2)
            result += "null";
        else if (before < 2 && depth < 2)
            result += in_text && one == '\\' ? std::string{text.substr(i - 1, 2)} : std::string{one};
    }
    return result;
}

// Of a message that cannot be read as a whole.
ReplyAddress address_in(const std::string& payload, std::size_t limit)
{
    if (payload.size() > limit)
        return {};
    const auto members = parse_json(outline(payload));
    const auto* object = members.has_value() ? members->get<Object>() : nullptr;
    return object == nullptr ? ReplyAddress{} : reply_address(*object);
}

Submission submission_of(ContainerRequest request, const std::string& channel, const std::string& broker)
{
    Submission submission;
    submission.invocation.function = std::move(request.function);
    submission.invocation.source = "broker " + broker;
    submission.invocation.label = channel + " " + request.name;
    submission.invocation.kwargs = std::move(request.fields);
    submission.overlaps = request.action == ContainerAction::close; // a run that goes on can be stopped
    const bool tells_itself =
        request.action == ContainerAction::monitor || submission.invocation.kwargs.find("log_channel") != nullptr;
    if (tells_itself)
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
    for (const ContainerChannel& channel : container_channels())
        counts_[std::string{channel.channel}] = {};
    counts_[other] = {};
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
    Counts& counts = counts_of(channel);
    auto object = object_in(payload, config_.message);
    ReplyAddress address = object ? reply_address(*object) : address_in(payload, config_.message);
    Asked asked;
    asked.counts = &counts;
    asked.to = {parts_.broker, std::move(address.channel), std::move(address.id)};
    auto request = object ? container_request(channel, *object) : Result<ContainerRequest>{object.error()};
    if (!request) {
        ++counts.heard;
        refuse(channel, counts, std::move(asked.to), request.error());
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
    ++asked->counts->heard;
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
        refuse(label, *asked.counts, std::move(asked.to), in_words_of_a_reply(accepted.error()));
}

// An entry that comes again is accepted once.
Result<ContainerChannels::Asked> ContainerChannels::read_entry(const StreamEntry& entry)
{
    const auto payload = part<std::string>(entry.fields, "payload");
    const auto channel = part<std::string>(entry.fields, "channel");
    if (channel.empty())
        return pointless(without_channel(payload));
    auto asked = read(channel, payload);
    if (!asked)
        return pointless(asked.error());
    asked->submission.idempotency_key = parts_.broker + " " + entry.stream + " " + entry.id;
    asked->submission.key_is_enough = true;
    return asked;
}

Failure ContainerChannels::without_channel(const std::string& payload)
{
    Failure why{Errc::bad_arguments, "an entry needs a field 'channel', beside its 'payload'"};
    ReplyAddress address = address_in(payload, config_.message);
    Counts& counts = counts_of(other);
    ++counts.heard;
    refuse("stream '" + std::string{stream} + "'", counts,
           {parts_.broker, std::move(address.channel), std::move(address.id)}, why);
    return why;
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

// Where there is no room nobody is told: it waits in its stream, and is counted when it has been taken or refused.
asio::awaitable<void> ContainerChannels::put_entry(Asked asked, Result<void>& result)
{
    const std::string label = asked.submission.invocation.label;
    const auto accepted = co_await parts_.queue.put(std::move(asked.submission));
    const bool waits = !accepted && may_come_again(accepted.error());
    if (accepted ? accepted->fresh : !waits)
        ++asked.counts->heard;
    if (accepted)
        co_return;
    result = waits ? accepted.error() : pointless(accepted.error());
    if (!waits)
        refuse(label, *asked.counts, std::move(asked.to), accepted.error());
}

ContainerChannels::Counts& ContainerChannels::counts_of(const std::string& channel)
{
    const auto known = counts_.find(channel);
    return known == counts_.end() ? counts_[other] : known->second;
}

ContainerChannels::Counts ContainerChannels::total() const
{
    Counts all;
    for (const auto& [channel, counts] : counts_) {
        all.heard += counts.heard;
        all.refused += counts.refused;
        all.busy += counts.busy;
    }
    return all;
}

void ContainerChannels::refuse(const std::string& what, Counts& counts, ReplyTo to, Failure why)
{
    ++(why.details.find("busy") == nullptr ? counts.refused : counts.busy);
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
