// Messages of brokers: what handlers take, what scripts publish, and what they are answered.
#include "scripting/bindings/bindings.hpp"

#include "core/options.hpp"
#include "io/formats/json.hpp"
#include "ports/broker_streams.hpp"
#include "primitives/broker/desk.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/listener.hpp"
#include "scripting/script.hpp"

#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// broker_take(turn): the next message, or nothing
int broker_take(lua_State* L)
{
    const std::int64_t turn = luaL_checkinteger(L, 1);
    const auto& listening = Script::of(L).listening;
    const auto listener = listening.find(turn);
    return listener == listening.end() ? 0 : listener->second->take(L, turn);
}

Result<std::string> payload_of(const Value& value)
{
    if (const auto* text = value.get<std::string>())
        return *text;
    return encode_json(value, "the value");
}

// broker_publish(channel, value, broker)
asio::awaitable<Outcome> broker_publish(Request request)
{
    const auto desk = request.script.world().brokers(text(request, 2));
    if (!desk)
        co_return desk.error();
    auto payload = payload_of(request.arg(1));
    if (!payload)
        co_return payload.error();
    const auto sent = co_await (*desk)->broker().publish(text(request, 0), std::move(*payload));
    if (!sent)
        co_return sent.error();
    co_return Outputs{};
}

// broker_request(channel, value, options)
asio::awaitable<Outcome> broker_request(Request request)
{
    const Object given = table(request, 2);
    const auto desk = request.script.world().brokers(part<std::string>(given, "broker"));
    if (!desk)
        co_return desk.error();
    const auto timeout = forager::duration_option(given, "timeout");
    if (!timeout)
        co_return timeout.error();
    const std::string reply_channel = (*desk)->fresh_channel();
    Object value = table(request, 1);
    value.set("response_channel", reply_channel);
    if (value.find("id") == nullptr)
        value.append("id", reply_channel);
    auto payload = payload_of(Value{std::move(value)});
    if (!payload)
        co_return payload.error();
    const TimePoint deadline = request.script.world().clock.now() + **timeout;
    auto reply = co_await (*desk)->request(text(request, 0), std::move(*payload), reply_channel, deadline);
    if (!reply)
        co_return reply.error();
    co_return Outputs{Value{Object{{"channel", reply_channel}, {"payload", std::move(*reply)}}}};
}

// broker_stream(name, value, options): the entry's id
asio::awaitable<Outcome> broker_stream(Request request)
{
    const Object given = table(request, 2);
    const auto desk = request.script.world().brokers(part<std::string>(given, "broker"));
    if (!desk)
        co_return desk.error();
    BrokerStreams* streams = (*desk)->broker().streams();
    if (streams == nullptr)
        co_return Failure{Errc::refused, "the broker '" + std::string{(*desk)->broker().name()} + "' has no streams"};
    auto payload = payload_of(request.arg(1));
    if (!payload)
        co_return payload.error();
    Object fields{{"payload", std::move(*payload)}};
    const auto most = static_cast<std::size_t>(part<std::int64_t>(given, "most"));
    auto id = co_await streams->add(text(request, 0), std::move(fields), most);
    if (!id)
        co_return id.error();
    co_return Outputs{Value{std::move(*id)}};
}

constexpr Binding bindings[] = {
    {"broker_take", broker_take},
    {"broker_publish", Outside{broker_publish}},
    {"broker_request", Outside{broker_request}, R"({"channel":"","payload":"{}"})"},
    {"broker_stream", Outside{broker_stream}, R"("0-1")"},
};

} // namespace

std::span<const Binding> broker_bindings()
{
    return bindings;
}

} // namespace forager::scripting
