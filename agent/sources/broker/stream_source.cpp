#include "sources/broker/stream_source.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr Duration shortest_pause = std::chrono::milliseconds{100};
constexpr Duration longest_pause = std::chrono::milliseconds{1000};

} // namespace

StreamSource::StreamSource(Parts parts, Config config)
    : parts_{std::move(parts)}, config_{std::move(config)}, backoff_{shortest_pause, longest_pause}
{
}

asio::awaitable<void> StreamSource::run()
{
    for (;;) {
        const Failure failure = co_await live();
        went_away(failure.message);
        co_await sleep_for(parts_.clock, backoff_.next(parts_.random.next()));
    }
}

// Why it ended.
asio::awaitable<Failure> StreamSource::live()
{
    const auto found = parts_.streams();
    if (found.has_error())
        co_return found.error();
    BrokerStreams& streams = **found;
    const auto made = co_await streams.make_group(config_.reader.stream, config_.reader.group);
    if (made.has_error())
        co_return made.error();
    came_back();
    const auto own = co_await claim(streams, Duration{}); // of an earlier life
    if (own.has_error())
        co_return own.error();
    TimePoint look = parts_.clock.now();
    for (;;) {
        if (parts_.clock.now() >= look) {
            const auto others = co_await claim(streams, config_.dead_after);
            if (others.has_error())
                co_return others.error();
            look = parts_.clock.now() + config_.look_for_dead;
        }
        auto entries = co_await streams.read(config_.reader, config_.at_once, config_.patience);
        if (entries.has_error())
            co_return entries.error();
        const auto safe = co_await take(streams, std::move(*entries));
        if (safe.has_error())
            co_return safe.error();
    }
}

asio::awaitable<Result<void>> StreamSource::claim(BrokerStreams& streams, Duration idle)
{
    for (;;) {
        auto entries = co_await streams.claim(config_.reader, idle, config_.at_once);
        if (entries.has_error())
            co_return entries.error();
        if (entries->empty())
            co_return Result<void>{};
        const auto safe = co_await take(streams, std::move(*entries));
        if (safe.has_error())
            co_return safe.error();
    }
}

// Returns when all are safe or given up, and acknowledged: where there is no room, no more is read.
asio::awaitable<Result<void>> StreamSource::take(BrokerStreams& streams, Entries entries)
{
    while (!entries.empty()) {
        auto left = co_await put(streams, std::move(entries));
        if (left.has_error())
            co_return left.error();
        entries = std::move(*left);
        if (!entries.empty())
            co_await sleep_for(parts_.clock, backoff_.next(parts_.random.next()));
    }
    came_back();
    co_return Result<void>{};
}

namespace {

Failure taken_too_often(const StreamEntry& entry)
{
    Failure failure{Errc::limit, "it was taken " + std::to_string(entry.deliveries - 1) +
                                     " times, and nobody came to an end with it"};
    failure.retry = false;
    return failure;
}

} // namespace

// Those that there was no room for.
asio::awaitable<Result<StreamSource::Entries>> StreamSource::put(BrokerStreams& streams, Entries entries)
{
    const auto is_poison = [&](const StreamEntry& entry) { return entry.deliveries > config_.most_deliveries; };
    Entries fine;
    for (const StreamEntry& entry : entries)
        if (!is_poison(entry))
            fine.push_back(entry);
    std::vector<Result<void>> accepted = co_await parts_.put(std::move(fine));
    auto verdict = accepted.begin();
    Entries left;
    std::vector<std::string> done;
    for (StreamEntry& entry : entries) {
        const Result<void> fate = is_poison(entry) ? Result<void>{taken_too_often(entry)} : *verdict++;
        if (fate.has_error() && fate.error().retry) {
            went_away("entries wait: " + fate.error().message);
            left.push_back(std::move(entry));
            continue;
        }
        done.push_back(entry.id);
        ++(fate.has_error() ? given_up_ : taken_);
        if (!fate.has_error())
            continue;
        const auto kept = co_await give_up(streams, std::move(entry), fate.error().message);
        if (kept.has_error())
            co_return kept.error();
    }
    if (!done.empty()) {
        const auto known = co_await streams.acknowledge(config_.reader, std::move(done));
        if (known.has_error())
            co_return known.error();
    }
    co_return left;
}

asio::awaitable<Result<void>> StreamSource::give_up(BrokerStreams& streams, StreamEntry entry, std::string why)
{
    const std::string stream = config_.reader.stream;
    const std::string grave = stream + ".dead";
    parts_.warn("entry " + entry.id + " of stream '" + stream + "' is given up, and kept in '" + grave + "': " + why);
    entry.fields.set("id", entry.id);
    entry.fields.set("reason", std::move(why));
    const auto kept = co_await streams.add(grave, std::move(entry.fields), config_.most_given_up);
    if (kept.has_error())
        co_return kept.error();
    co_return Result<void>{};
}

void StreamSource::came_back()
{
    backoff_.reset();
    if (trouble_.empty())
        return;
    parts_.info("stream '" + config_.reader.stream + "' goes on");
    trouble_.clear();
    parts_.state("");
}

void StreamSource::went_away(const std::string& why)
{
    if (trouble_.empty())
        parts_.warn("stream '" + config_.reader.stream + "' is not taken from: " + why);
    trouble_ = why;
    parts_.state(why);
}

} // namespace forager
