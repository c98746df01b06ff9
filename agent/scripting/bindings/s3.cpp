// Objects of the configuration's store.
#include "scripting/bindings/bindings.hpp"

#include "primitives/s3/objects.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/bindings/command_options.hpp"
#include "scripting/bindings/progress.hpp"
#include "scripting/script.hpp"

#include <utility>
#include <vector>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// (options, lines, key)
template <auto work> asio::awaitable<Outcome> transfer(Request request)
{
    const auto store = request.script.world().store();
    if (store.has_error())
        return failed(store.error());
    return one(work(**store, text(request, 2), table(request, 0), progress_in(line_queue(request))));
}

asio::awaitable<Outcome> as_value(asio::awaitable<Result<std::optional<Object>>> work)
{
    auto found = co_await std::move(work);
    if (found.has_error())
        co_return found.error();
    co_return *found ? Outputs{Value{std::move(**found)}} : Outputs{};
}

// (key, options)
asio::awaitable<Outcome> head(Request request)
{
    const auto store = request.script.world().store();
    if (store.has_error())
        return failed(store.error());
    return as_value(objects::head(**store, text(request, 0), table(request, 1)));
}

// (options)
asio::awaitable<Outcome> list(Request request)
{
    const auto store = request.script.world().store();
    if (store.has_error())
        return failed(store.error());
    return one(objects::list(**store, table(request, 0)));
}

// (keys, options)
asio::awaitable<Outcome> remove(Request request)
{
    const auto store = request.script.world().store();
    if (store.has_error())
        return failed(store.error());
    std::vector<std::string> keys;
    if (const auto* given = request.arg(0).get<Array>())
        for (const Value& key : *given)
            keys.push_back(*key.get<std::string>());
    return none(objects::remove(**store, std::move(keys), table(request, 1)));
}

// (from, to, options)
asio::awaitable<Outcome> copy(Request request)
{
    const auto store = request.script.world().store();
    if (store.has_error())
        return failed(store.error());
    return one(objects::copy(**store, text(request, 0), text(request, 1), table(request, 2)));
}

// (key, options): asks nobody, but the store's configuration may have to be read, which `check` does not.
asio::awaitable<Outcome> presign(Request request)
{
    const auto store = request.script.world().store();
    if (store.has_error())
        co_return store.error();
    auto address = objects::presign(**store, text(request, 0), table(request, 1));
    if (address.has_error())
        co_return address.error();
    co_return Outputs{Value{std::move(*address)}};
}

constexpr const char* object_stub =
    R"({"key":"","size":0,"etag":"","modified":0.0,"sha256":"","content_type":"","metadata":{}})";
constexpr const char* got_stub =
    R"({"key":"","size":0,"etag":"","modified":0.0,"sha256":"","content_type":"","metadata":{},"body":""})";

constexpr Binding bindings[] = {
    {"s3_put", Outside{transfer<objects::put>}, object_stub},
    {"s3_get", Outside{transfer<objects::get>}, got_stub},
    {"s3_head", Outside{head}, object_stub},
    {"s3_list", Outside{list}, R"({"objects":[],"next":""})"},
    {"s3_delete", Outside{remove}},
    {"s3_copy", Outside{copy}, object_stub},
    {"s3_presign", Outside{presign}, R"("")"},
};

} // namespace

std::span<const Binding> s3_bindings()
{
    return bindings;
}

} // namespace forager::scripting
