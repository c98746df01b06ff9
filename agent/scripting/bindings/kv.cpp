// Values by key, in the namespace of the script.
#include "scripting/bindings/bindings.hpp"

#include "scripting/script.hpp"

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

std::string key_of(const Request& request)
{
    return *request.arg(0).get<std::string>();
}

// kv_get(key): nothing when there is none
asio::awaitable<Outcome> kv_get(Request request)
{
    Script& script = request.script;
    auto found = co_await script.world().values.get(script.path(), key_of(request));
    if (!found)
        co_return found.error();
    if (!*found)
        co_return Outputs{};
    // In a list, since null as a whole would be nothing.
    co_return Outputs{Value{Array{std::move(**found)}}};
}

// kv_set(key, value)
asio::awaitable<Outcome> kv_set(Request request)
{
    Script& script = request.script;
    auto done = co_await script.world().values.set(script.path(), key_of(request), request.arg(1));
    if (!done)
        co_return done.error();
    co_return Outputs{};
}

// kv_delete(key): whether there was one
asio::awaitable<Outcome> kv_delete(Request request)
{
    Script& script = request.script;
    auto done = co_await script.world().values.remove(script.path(), key_of(request));
    if (!done)
        co_return done.error();
    co_return Outputs{Value{*done}};
}

// kv_list(prefix)
asio::awaitable<Outcome> kv_list(Request request)
{
    Script& script = request.script;
    auto found = co_await script.world().values.keys(script.path(), key_of(request));
    if (!found)
        co_return found.error();
    Array keys;
    for (std::string& key : *found)
        keys.emplace_back(std::move(key));
    co_return Outputs{Value{std::move(keys)}};
}

constexpr Binding bindings[] = {
    {"kv_get", Inside{kv_get}},
    {"kv_set", Inside{kv_set}},
    {"kv_delete", Inside{kv_delete}, "false"},
    {"kv_list", Inside{kv_list}, "[]"},
};

} // namespace

std::span<const Binding> kv_bindings()
{
    return bindings;
}

} // namespace forager::scripting
