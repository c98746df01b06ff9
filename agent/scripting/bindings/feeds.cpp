// Loops of scripts over events: the next one, and their end.
#include "scripting/bindings/feeds.hpp"

#include "ports/feed.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/bindings/bindings.hpp"
#include "scripting/script.hpp"

#include <cstddef>
#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

Result<void> room_for_feed(const Request& request, const std::string& what)
{
    constexpr std::size_t most = 64;
    if (request.script.feeds() < most)
        return {};
    return Failure{Errc::limit,
                   what + ": " + std::to_string(most) + " loops over events are open already: end some of them"};
}

namespace {

// (number): nothing when it was closed.
asio::awaitable<Outcome> next(Request request)
{
    const auto feed = request.script.feed(whole(request, 0));
    if (!feed)
        co_return Outputs{};
    auto event = co_await feed->next();
    if (!event)
        co_return event.error();
    co_return Outputs{Value{std::move(*event)}};
}

Outcome close(Request& request)
{
    request.script.close_feed(whole(request, 0));
    return Outputs{};
}

constexpr Binding bindings[] = {
    {"feed_next", Outside{next, "feed.next"}},
    {"feed_close", close},
};

} // namespace

std::span<const Binding> feed_bindings()
{
    return bindings;
}

} // namespace forager::scripting
