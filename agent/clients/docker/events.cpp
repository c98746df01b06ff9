#include "clients/docker/events.hpp"

#include <array>
#include <cstdio>

namespace forager::docker {

namespace asio = boost::asio;

namespace {

constexpr Duration longest_silence = std::chrono::seconds{60}; // before the head of the answer, which comes at once

Event event_in(const Object& told)
{
    const auto actor = part<Object>(told, "Actor");
    Event event;
    event.type = part<std::string>(told, "Type");
    event.action = part<std::string>(told, "Action");
    if (const auto colon = event.action.find(": "); colon != std::string::npos) {
        event.about = event.action.substr(colon + 2);
        event.action.resize(colon);
    }
    event.id = part<std::string>(actor, "ID");
    event.attributes = part<Object>(actor, "Attributes");
    event.name = part<std::string>(event.attributes, "name");
    event.time = part<std::int64_t>(told, "timeNano");
    return event;
}

// Seconds, with nine digits behind the point.
std::string moment(std::int64_t nanoseconds)
{
    constexpr std::int64_t second = 1'000'000'000;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%lld.%09lld", static_cast<long long>(nanoseconds / second),
                  static_cast<long long>(nanoseconds % second));
    return text.data();
}

} // namespace

asio::awaitable<Result<std::optional<Event>>> EventStream::next()
{
    auto told = co_await told_.read();
    if (told.has_error())
        co_return told.error();
    if (!*told)
        co_return std::optional<Event>{};
    co_return event_in(**told);
}

asio::awaitable<Result<EventStream>> events(Client& client, std::optional<std::int64_t> since, EventFilter filter)
{
    Object wanted;
    for (const auto& [name, words] : {std::pair{"type", &filter.types}, std::pair{"event", &filter.actions},
                                      std::pair{"container", &filter.containers}})
        if (!words->empty())
            wanted.append(name, list_of(*words));
    Ask ask{"GET", "/events"};
    ask.query = {{"since", since ? moment(*since) : ""}, {"filters", filters_of(filter.labels, std::move(wanted))}};
    ask.timeout = longest_silence;
    auto stream = co_await client.open(std::move(ask));
    if (stream.has_error())
        co_return stream.error();
    co_return EventStream{std::move(*stream)};
}

} // namespace forager::docker
