#include "app/agent/stream_events.hpp"

#include "core/options.hpp"
#include "io/formats/json.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

bool is_stream(const scripting::Watcher& watcher)
{
    return watcher.broker && watcher.broker->is_stream;
}

std::string group_of(const scripting::Watcher& watcher)
{
    const auto given = text_option(watcher.options, "group");
    return given && *given ? **given : usual_stream_group;
}

std::string loop_of(const scripting::Watcher& watcher)
{
    return watcher.event + " " + group_of(watcher);
}

} // namespace

asio::awaitable<void> StreamEvents::serve(std::vector<std::shared_ptr<scripting::Script>> scripts)
{
    std::map<std::string, const scripting::Watcher*> wanted;
    for (const auto& script : scripts)
        for (const scripting::Watcher& watcher : script->watchers)
            if (is_stream(watcher) && parts_.brokers(watcher.broker->broker)) // else the log says so already
                wanted.emplace(loop_of(watcher), &watcher);
    std::vector<std::string> unwanted;
    for (const auto& [loop, stream] : streams_)
        if (!wanted.contains(loop))
            unwanted.push_back(loop);
    for (const std::string& loop : unwanted) {
        co_await parts_.loops.end(loop);
        streams_.erase(loop);
    }
    for (const auto& [loop, watcher] : wanted)
        begin(loop, *watcher);
}

// One that goes on may have another handler now.
void StreamEvents::begin(const std::string& loop, const scripting::Watcher& watcher)
{
    const auto [place, fresh] = streams_.try_emplace(loop);
    Stream& stream = place->second;
    stream.watcher = watcher;
    if (!fresh)
        return;
    StreamSource::Config config;
    config.reader = {watcher.broker->pattern, group_of(watcher), stream_consumer(parts_.settings)};
    StreamSource::Parts parts{
        parts_.app.executor(),
        parts_.app.clock(),
        parts_.app.random(),
        [this, name = watcher.broker->broker]() -> Result<BrokerStreams*> {
            const auto desk = parts_.brokers(name);
            return desk ? Result<BrokerStreams*>{(*desk)->broker().streams()} : desk.error();
        },
        [this, loop](std::vector<StreamEntry> entries) { return put_all(loop, std::move(entries)); },
        [this](const std::string& message) { parts_.log.warn(message); },
        [this](const std::string& message) { parts_.log.info(message); },
        [this, loop](const std::string& error) { (void)parts_.loops.report(loop, error); }};
    stream.source = std::make_unique<StreamSource>(std::move(parts), std::move(config));
    parts_.loops.start(loop, [&source = *stream.source] { return source.run(); });
}

// All at once, so that they are written together.
asio::awaitable<std::vector<Result<void>>> StreamEvents::put_all(std::string loop, std::vector<StreamEntry> entries)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    std::vector<Result<void>> results(entries.size());
    TaskGroup puts{parts_.app.executor()};
    for (std::size_t i = 0; i < entries.size(); ++i)
        puts.spawn(loop, put(loop, std::move(entries[i]), results[i]));
    co_await puts.join();
    co_return results;
}

// The same entry is accepted once, however often it is given to somebody.
asio::awaitable<void> StreamEvents::put(std::string loop, StreamEntry entry, Result<void>& result)
{
    const Stream& stream = streams_.at(loop);
    Submission submission;
    submission.idempotency_key = loop + " " + entry.id;
    submission.key_is_enough = true;
    submission.invocation.function = stream.watcher.function;
    submission.invocation.source = "broker";
    submission.invocation.label = stream.watcher.event;
    const Value* payload = entry.fields.find("payload");
    Value content = payload == nullptr ? Value{to_json(Value{entry.fields})} : *payload;
    submission.invocation.args = {Value{Object{{"channel", std::move(entry.stream)},
                                               {"payload", std::move(content)},
                                               {"id", std::move(entry.id)},
                                               {"fields", std::move(entry.fields)}}}};
    const auto accepted = co_await parts_.queue.put(std::move(submission));
    if (!accepted)
        result = accepted.error();
}

Array StreamEvents::status() const
{
    Array list;
    for (const auto& [loop, stream] : streams_)
        list.push_back(Object{{"event", stream.watcher.event},
                              {"group", group_of(stream.watcher)},
                              {"function", stream.watcher.function},
                              {"where", stream.watcher.where},
                              {"taken", stream.source->taken()},
                              {"given_up", stream.source->given_up()}});
    return list;
}

} // namespace forager
