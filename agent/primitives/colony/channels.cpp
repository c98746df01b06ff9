#include "primitives/colony/channels.hpp"

#include "base/text.hpp"
#include "clients/colonies/calls/channels.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/refusal.hpp"
#include "core/options.hpp"
#include "primitives/colony/patience.hpp"
#include "primitives/colony/tables.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace forager::colony_work {

namespace asio = boost::asio;
using colonies::ChannelEntry;

namespace {

constexpr std::size_t longest_text = std::size_t{10} * 1024 * 1024; // the server's limit
constexpr std::int64_t entries_at_once = 500;
constexpr Duration first_pause = std::chrono::milliseconds{20};
constexpr Duration longest_pause = std::chrono::milliseconds{500};

Array tables_of(const std::vector<ChannelEntry>& entries)
{
    Array tables;
    for (const ChannelEntry& entry : entries)
        tables.emplace_back(entry_table(entry));
    return tables;
}

Result<colonies::NewEntry> entry_of(ChannelPlace place, const Object& message)
{
    const auto text = text_option(message, "text");
    const auto type = text_option(message, "type");
    const auto reply_to = whole_option(message, "reply_to");
    if (!text)
        return text.error();
    if (!type)
        return type.error();
    if (!reply_to)
        return reply_to.error();
    colonies::NewEntry entry;
    entry.process = std::move(place.process);
    entry.channel = std::move(place.name);
    entry.payload = text->value_or("");
    entry.type = type->value_or("");
    entry.in_reply_to = reply_to->value_or(0);
    if (entry.payload.size() > longest_text)
        return Failure{Errc::limit, "a message of " + bytes_text(entry.payload.size()) +
                                        " is too long for a channel, which takes " + bytes_text(longest_text)};
    return entry;
}

// Whether the process runs, or may yet.
asio::awaitable<Result<bool>> is_alive(ColonyMember& member, std::string process)
{
    auto found = co_await colonies::get_process(member.caller(), std::move(process));
    if (found.has_error())
        co_return found.error();
    co_return !has_ended(found->state);
}

} // namespace

asio::awaitable<Result<std::int64_t>> append(ColonyMember& member, ChannelPlace place, Object message)
{
    auto entry = entry_of(std::move(place), message);
    if (!entry)
        co_return entry.error();
    entry->sequence = member.next_sequence();
    const std::int64_t sequence = entry->sequence;
    const auto done = co_await colonies::append_to_channel(member.caller(), std::move(*entry));
    if (done.has_error())
        co_return done.error();
    co_return sequence;
}

asio::awaitable<Result<Array>> read(ColonyMember& member, ChannelPlace place, std::int64_t after, std::int64_t count)
{
    auto entries = co_await colonies::read_channel(member.caller(), place.process, place.name, after,
                                                   std::clamp<std::int64_t>(count, 1, entries_at_once));
    if (entries.has_error())
        co_return entries.error();
    co_return tables_of(*entries);
}

// The server does not say when the process has ended, and after a cancellation the channel can even be read again.
asio::awaitable<Result<Array>> next_entries(ColonyMember& member, ChannelPlace place, std::int64_t after)
{
    ColonyPatience patience;
    for (Duration pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
        auto entries =
            co_await colonies::read_channel(member.caller(), place.process, place.name, after, entries_at_once);
        if (entries.has_value() && !entries->empty())
            co_return tables_of(*entries);
        const bool is_gone =
            entries.has_error() && colonies::refusal_of(entries.error()) == colonies::Refusal::not_found;
        if (entries.has_error() && !is_gone && !patience.bears(entries.error(), member.clock().now()))
            co_return entries.error();
        if (is_gone || (entries.has_value() && pause == longest_pause)) {
            const auto alive = co_await is_alive(member, place.process);
            if (alive.has_error() && !patience.bears(alive.error(), member.clock().now()))
                co_return alive.error();
            if (alive.has_value() && !*alive)
                co_return Array{};
            if (alive.has_value() && is_gone)
                co_return entries.error(); // it was not declared
        }
        co_await sleep_for(member.clock(), pause);
    }
}

} // namespace forager::colony_work
