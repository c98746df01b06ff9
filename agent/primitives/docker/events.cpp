#include "primitives/docker/events.hpp"

#include "primitives/docker/options.hpp"
#include "primitives/docker/reading.hpp"

#include <string>

namespace forager::docker_work {

namespace asio = boost::asio;

namespace {

// One word, or a list of them.
Result<docker::Words> one_or_more(const Object& options, std::string_view name)
{
    const Value* value = option(options, name);
    if (value == nullptr)
        return docker::Words{};
    if (const auto* word = value->get<std::string>())
        return docker::Words{*word};
    return words_option(options, name);
}

Result<docker::EventFilter> filter_of(const Object& options)
{
    constexpr std::string_view known[] = {"type", "action", "name", "labels"};
    if (auto fine = only_options("docker.events", options, known, {}); fine.has_error())
        return fine.error();
    docker::EventFilter filter;
    std::string type;
    Reading reading{options};
    reading.text(type, "type");
    reading.into(filter.actions, [](const Object& given) { return one_or_more(given, "action"); });
    reading.into(filter.containers, [](const Object& given) { return one_or_more(given, "name"); });
    reading.into(filter.labels, [](const Object& given) { return pairs_option(given, "labels"); });
    if (reading.failure())
        return *reading.failure();
    if (type != "any")
        filter.types = {type.empty() ? "container" : type};
    return filter;
}

} // namespace

asio::awaitable<Result<Object>> EventFeed::next()
{
    constexpr double second = 1e9;
    auto event = co_await events_.next();
    if (event.has_error())
        co_return event.error();
    if (!*event)
        co_return Failure{Errc::unreachable, "the Docker engine went, and tells of nothing any more"};
    docker::Event& told = **event;
    Object object{{"type", std::move(told.type)}, {"action", std::move(told.action)}};
    if (!told.about.empty())
        object.append("about", std::move(told.about));
    object.append("id", std::move(told.id));
    object.append("name", std::move(told.name));
    object.append("attributes", std::move(told.attributes));
    object.append("time", static_cast<double>(told.time) / second);
    co_return object;
}

asio::awaitable<Result<std::shared_ptr<EventFeed>>> open_events(DockerEngine& engine, Object options)
{
    auto filter = filter_of(options);
    if (filter.has_error())
        co_return filter.error();
    auto events = co_await docker::events(engine.client(), std::nullopt, std::move(*filter));
    if (events.has_error())
        co_return events.error();
    co_return std::make_shared<EventFeed>(std::move(*events));
}

} // namespace forager::docker_work
