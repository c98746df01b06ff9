#include "runtime/recording.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

Recording::Recording(Journal& journal, const Invocation& invocation, std::vector<JournalEntry> entries)
    : journal_{journal}, invocation_{invocation}, resumed_{!entries.empty()}, recorded_{entries.size()}
{
    for (JournalEntry& entry : entries) {
        std::string key = entry.key;
        entries_.emplace(std::move(key), std::move(entry));
    }
}

asio::awaitable<Result<std::unique_ptr<Recording>>> Recording::open(Journal& journal, const Invocation& invocation)
{
    auto entries = co_await journal.entries(invocation.id);
    if (!entries)
        co_return entries.error();
    co_return std::make_unique<Recording>(journal, invocation, std::move(*entries));
}

std::string Recording::next_key(const std::string& name)
{
    const std::size_t count = ++counts_[name];
    return count == 1 ? name : name + " #" + std::to_string(count);
}

const Outcome* Recording::find(const std::string& key)
{
    const auto found = entries_.find(key);
    const bool counts =
        found != entries_.end() && (found->second.outcome || found->second.attempt == attempt_of(invocation_));
    if (!counts) {
        anew_ = true;
        return nullptr;
    }
    ++found_;
    return &found->second.outcome;
}

asio::awaitable<Result<void>> Recording::keep(std::string key, Outcome outcome)
{
    JournalEntry entry{key, std::move(outcome), attempt_of(invocation_)};
    const JournalEntry copy = entry;
    Result<void> kept = co_await journal_.record(recorded_under(invocation_), invocation_.id, copy);
    if (kept)
        entries_.insert_or_assign(std::move(key), std::move(entry));
    co_return kept;
}

asio::awaitable<Result<std::optional<Value>>> Recording::take_signal(std::string event, std::string key)
{
    auto taken = co_await journal_.take_signal(root_of(invocation_), std::move(event), invocation_.id, key);
    if (taken && *taken)
        entries_.insert_or_assign(key, JournalEntry{key, Outputs{**taken}, attempt_of(invocation_)});
    co_return taken;
}

} // namespace forager
