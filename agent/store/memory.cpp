#include "store/memory.hpp"

#include <utility>

namespace forager::store {

namespace asio = boost::asio;

asio::awaitable<Result<std::vector<JournalEntry>>> MemoryJournal::entries(std::string invocation)
{
    std::vector<JournalEntry> list;
    if (const auto found = invocations_.find(invocation); found != invocations_.end())
        for (const auto& [key, entry] : found->second)
            list.push_back(entry);
    co_return list;
}

asio::awaitable<Result<void>> MemoryJournal::record(std::string root, std::string invocation, JournalEntry entry)
{
    under_[std::move(root)].insert(invocation);
    std::string key = entry.key;
    invocations_[std::move(invocation)].insert_or_assign(std::move(key), std::move(entry));
    co_return Result<void>{};
}

asio::awaitable<Result<std::optional<Value>>> MemoryJournal::take_signal(std::string, std::string, std::string,
                                                                         std::string)
{
    co_return std::optional<Value>{};
}

void MemoryJournal::ended(const std::string& root)
{
    const auto node = under_.extract(root);
    if (node.empty())
        return;
    for (const std::string& invocation : node.mapped())
        invocations_.erase(invocation);
}

asio::awaitable<Result<std::optional<Value>>> MemoryValues::get(std::string space, std::string key)
{
    const auto& values = spaces_[space];
    const auto found = values.find(key);
    co_return found == values.end() ? std::nullopt : std::optional{found->second};
}

asio::awaitable<Result<void>> MemoryValues::set(std::string space, std::string key, Value value)
{
    spaces_[space].insert_or_assign(std::move(key), std::move(value));
    co_return Result<void>{};
}

asio::awaitable<Result<bool>> MemoryValues::remove(std::string space, std::string key)
{
    co_return spaces_[space].erase(key) > 0;
}

asio::awaitable<Result<std::vector<std::string>>> MemoryValues::keys(std::string space, std::string prefix)
{
    std::vector<std::string> list;
    const auto& values = spaces_[space];
    for (auto at = values.lower_bound(prefix); at != values.end() && at->first.starts_with(prefix); ++at)
        list.push_back(at->first);
    co_return list;
}

asio::awaitable<Result<std::vector<reconcile::Document>>> MemoryDocuments::all()
{
    std::vector<reconcile::Document> list;
    for (const auto& [key, document] : documents_)
        list.push_back(document);
    co_return list;
}

asio::awaitable<Result<void>> MemoryDocuments::keep(reconcile::Document document)
{
    keep_soon(std::move(document));
    co_return Result<void>{};
}

asio::awaitable<Result<void>> MemoryDocuments::forget(reconcile::Key key)
{
    documents_.erase(key);
    co_return Result<void>{};
}

void MemoryDocuments::keep_soon(reconcile::Document document)
{
    reconcile::Key key = document.key;
    documents_.insert_or_assign(std::move(key), std::move(document));
}

} // namespace forager::store
