#include "clients/colonies/subscription.hpp"

#include "clients/colonies/envelope.hpp"

#include <utility>

namespace forager::colonies {

namespace asio = boost::asio;

namespace {

constexpr int no_http_status = 0; // a message has none

// Several of one call share the connection: it lasts as long as the shortest of them.
asio::awaitable<Result<Subscription>> subscribe(Caller caller, std::string call, std::vector<Object> payloads)
{
    auto socket = co_await caller.client->web_socket();
    if (socket.has_error())
        co_return socket.error();
    for (Object& payload : payloads) {
        auto body = request_body(call, std::move(payload), caller.key);
        if (body.has_error())
            co_return body.error();
        auto sent = co_await socket->send(std::move(*body));
        if (sent.has_error())
            co_return sent.error();
    }
    co_return Subscription{std::move(*socket), std::move(call)};
}

template <class Events>
asio::awaitable<Result<Events>> subscribe_to(Caller caller, std::string call, std::vector<Object> payloads)
{
    auto events = co_await subscribe(std::move(caller), std::move(call), std::move(payloads));
    if (events.has_error())
        co_return events.error();
    co_return Events{std::move(*events)};
}

Object of_process(std::string colony, std::string process, ProcessState state, std::chrono::seconds wait)
{
    return {{"colonyname", std::move(colony)},
            {"processid", std::move(process)},
            {"executortype", ""},
            {"state", static_cast<int>(state)},
            {"timeout", wait.count()}};
}

} // namespace

Subscription::Subscription(http::WebSocket socket, std::string call)
    : socket_{std::move(socket)}, call_{std::move(call)}
{
}

asio::awaitable<Result<Value>> Subscription::next()
{
    auto message = co_await socket_.receive();
    if (message.has_error())
        co_return message.error();
    co_return reply_payload(call_, no_http_status, *message);
}

asio::awaitable<Result<Process>> ProcessSubscription::next()
{
    auto event = co_await events_.next();
    if (event.has_error())
        co_return event.error();
    co_return read<Process>(*event);
}

asio::awaitable<Result<std::vector<ChannelEntry>>> ChannelSubscription::next()
{
    auto event = co_await events_.next();
    if (event.has_error())
        co_return event.error();
    co_return read_list<ChannelEntry>(*event);
}

asio::awaitable<Result<ProcessSubscription>> subscribe_process(Caller caller, std::string colony, std::string process,
                                                               ProcessState state, std::chrono::seconds wait)
{
    return subscribe_to<ProcessSubscription>(std::move(caller), "subscribeprocessmsg",
                                             {of_process(std::move(colony), std::move(process), state, wait)});
}

asio::awaitable<Result<ProcessSubscription>> subscribe_process_end(Caller caller, std::string colony,
                                                                   std::string process, std::chrono::seconds wait)
{
    std::vector<Object> states;
    for (const ProcessState state : {ProcessState::successful, ProcessState::failed, ProcessState::cancelled})
        states.push_back(of_process(colony, process, state, wait));
    return subscribe_to<ProcessSubscription>(std::move(caller), "subscribeprocessmsg", std::move(states));
}

asio::awaitable<Result<ProcessSubscription>> subscribe_processes(Caller caller, std::string colony,
                                                                 std::string executor_type, ProcessState state,
                                                                 std::chrono::seconds wait)
{
    return subscribe_to<ProcessSubscription>(std::move(caller), "subscribeprocessesmsg",
                                             {Object{{"colonyname", std::move(colony)},
                                                     {"executortype", std::move(executor_type)},
                                                     {"state", static_cast<int>(state)},
                                                     {"timeout", wait.count()}}});
}

asio::awaitable<Result<ChannelSubscription>> subscribe_channel(Caller caller, std::string process, std::string channel,
                                                               std::int64_t after, std::chrono::seconds wait)
{
    return subscribe_to<ChannelSubscription>(std::move(caller), "subscribechannelmsg",
                                             {Object{{"processid", std::move(process)},
                                                     {"name", std::move(channel)},
                                                     {"afterseq", after},
                                                     {"timeout", wait.count()}}});
}

} // namespace forager::colonies
