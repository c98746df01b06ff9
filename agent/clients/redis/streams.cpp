#include "clients/redis/streams.hpp"

#include "core/options.hpp"
#include "ports/within.hpp"

#include <chrono>
#include <optional>
#include <utility>

namespace forager::redis {

namespace asio = boost::asio;

namespace {

using Words = std::vector<std::string_view>;

std::string milliseconds(Duration duration)
{
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

// The first word of the server's no; empty where it said none.
std::string kind_of(const Failure& failure)
{
    return part<std::string>(failure.details, "reply");
}

Failure explained(Failure failure, const StreamReader& reader)
{
    if (kind_of(failure) == "NOGROUP")
        failure.code = Errc::not_found;
    failure.message = "stream '" + reader.stream + "', group '" + reader.group + "': " + failure.message;
    return failure;
}

std::string key_of(const StreamReader& reader)
{
    return reader.stream + '\0' + reader.group + '\0' + reader.consumer;
}

const Array& list_in(const Value& value)
{
    static const Array none;
    const auto* list = value.get<Array>();
    return list == nullptr ? none : *list;
}

std::string text_in(const Array& list, std::size_t index)
{
    const auto* text = index < list.size() ? list[index].get<std::string>() : nullptr;
    return text == nullptr ? std::string{} : *text;
}

// [ID, [FIELD, VALUE, …]]; the fields of one that was deleted meanwhile are null.
StreamEntry entry_of(const std::string& stream, const Value& value)
{
    StreamEntry entry;
    const Array& parts = list_in(value);
    entry.stream = stream;
    entry.id = text_in(parts, 0);
    const Array& fields = parts.size() < 2 ? list_in({}) : list_in(parts[1]);
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
        entry.fields.set(text_in(fields, i), text_in(fields, i + 1));
    return entry;
}

std::vector<StreamEntry> entries_of(const std::string& stream, const Value& value)
{
    std::vector<StreamEntry> entries;
    for (const Value& one : list_in(value))
        entries.push_back(entry_of(stream, one));
    return entries;
}

// The reply to XREADGROUP of one stream: [[STREAM, ENTRIES]], or null.
std::vector<StreamEntry> entries_read(const std::string& stream, const Value& value)
{
    const Array& streams = list_in(value);
    if (streams.empty() || list_in(streams.front()).size() < 2)
        return {};
    return entries_of(stream, list_in(streams.front())[1]);
}

} // namespace

asio::awaitable<Result<std::string>> Streams::add(std::string stream, Object fields, std::size_t most)
{
    const std::string limit = std::to_string(most);
    Words words{"XADD", stream};
    if (most != 0)
        words.insert(words.end(), {"MAXLEN", "~", limit});
    words.emplace_back("*");
    for (const Member& field : fields) {
        words.emplace_back(field.name);
        words.emplace_back(*field.value.get<std::string>());
    }
    auto added = co_await client_.call(words);
    if (added.has_error())
        co_return added.error();
    const auto* id = added->get<std::string>();
    co_return id == nullptr ? std::string{} : *id;
}

asio::awaitable<Result<void>> Streams::make_group(std::string stream, std::string group)
{
    auto made = co_await client_.call({"XGROUP", "CREATE", stream, group, "0", "MKSTREAM"});
    if (made.has_error() && kind_of(made.error()) != "BUSYGROUP") // there is one
        co_return explained(std::move(made).error(), StreamReader{stream, group, ""});
    co_return Result<void>{};
}

asio::awaitable<Result<Connection>> Streams::line_for(const StreamReader& reader)
{
    const auto kept = lines_.find(key_of(reader));
    if (kept != lines_.end()) {
        Connection line = std::move(kept->second);
        lines_.erase(kept);
        co_return std::move(line);
    }
    Config config = client_.config();
    auto line = co_await Connection::open(connector_, clock_, std::move(config));
    co_return std::move(line);
}

asio::awaitable<Result<std::vector<StreamEntry>>> Streams::read(StreamReader reader, std::size_t most,
                                                                Duration patience)
{
    auto line = co_await line_for(reader);
    if (line.has_error())
        co_return line.error();
    const std::string count = std::to_string(most);
    const std::string wait = milliseconds(patience);
    std::string command = command_text({"XREADGROUP", "GROUP", reader.group, reader.consumer, "COUNT", count, "BLOCK",
                                        wait, "STREAMS", reader.stream, ">"});
    const TimePoint deadline = clock_.now() + patience + client_.config().timeout;
    const std::string late = "the Redis server at " + line->peer() + " did not answer";
    auto answer = co_await within(clock_, deadline, line->ask(std::move(command)), late);
    if (answer.has_error() && kind_of(answer.error()).empty()) // the connection is of no more use
        co_return std::move(answer).error();
    lines_.insert_or_assign(key_of(reader), std::move(*line));
    if (answer.has_error())
        co_return explained(std::move(answer).error(), reader);
    co_return entries_read(reader.stream, *answer);
}

asio::awaitable<Result<std::vector<StreamEntry>>> Streams::claim(StreamReader reader, Duration idle, std::size_t most)
{
    const std::string least = milliseconds(idle);
    const std::string count = std::to_string(most);
    Words ask{"XPENDING", reader.stream, reader.group, "IDLE", least, "-", "+", count};
    if (idle == Duration{})
        ask.emplace_back(reader.consumer); // its own alone
    auto pending = co_await client_.call(ask);
    if (pending.has_error())
        co_return explained(std::move(pending).error(), reader);
    std::map<std::string, std::int64_t> deliveries;
    for (const Value& one : list_in(*pending)) {
        const Array& parts = list_in(one); // id, consumer, idle time, deliveries
        const auto* times = parts.size() < 4 ? nullptr : parts[3].get<std::int64_t>();
        deliveries.emplace(text_in(parts, 0), times == nullptr ? 1 : *times);
    }
    if (deliveries.empty())
        co_return std::vector<StreamEntry>{};
    Words take{"XCLAIM", reader.stream, reader.group, reader.consumer, least};
    for (const auto& [id, times] : deliveries)
        take.emplace_back(id);
    auto claimed = co_await client_.call(take);
    if (claimed.has_error())
        co_return explained(std::move(claimed).error(), reader);
    std::vector<StreamEntry> entries = entries_of(reader.stream, *claimed);
    for (StreamEntry& entry : entries)
        entry.deliveries = deliveries[entry.id] + 1;
    co_return entries;
}

asio::awaitable<Result<void>> Streams::acknowledge(StreamReader reader, std::vector<std::string> ids)
{
    Words words{"XACK", reader.stream, reader.group};
    words.insert(words.end(), ids.begin(), ids.end());
    auto done = co_await client_.call(words);
    if (done.has_error())
        co_return explained(std::move(done).error(), reader);
    co_return Result<void>{};
}

} // namespace forager::redis
