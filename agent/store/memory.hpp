// The twins of the tables that live as long as the program: what `forager run` and `forager call` keep.
#pragma once

#include "ports/documents.hpp"
#include "ports/journal.hpp"
#include "ports/key_values.hpp"

#include <map>
#include <set>

namespace forager::store {

class MemoryJournal final : public Journal {
public:
    boost::asio::awaitable<Result<std::vector<JournalEntry>>> entries(std::string invocation) override;
    boost::asio::awaitable<Result<void>> record(std::string root, std::string invocation, JournalEntry entry) override;

    /// Nobody can send signals here.
    boost::asio::awaitable<Result<std::optional<Value>>> take_signal(std::string root, std::string event,
                                                                     std::string invocation, std::string key) override;

    void ended(const std::string& root) override;

private:
    std::map<std::string, std::map<std::string, JournalEntry>> invocations_;
    std::map<std::string, std::set<std::string>> under_; // root → its invocations
};

class MemoryValues final : public KeyValues {
public:
    boost::asio::awaitable<Result<std::optional<Value>>> get(std::string space, std::string key) override;
    boost::asio::awaitable<Result<void>> set(std::string space, std::string key, Value value) override;
    boost::asio::awaitable<Result<bool>> remove(std::string space, std::string key) override;
    boost::asio::awaitable<Result<std::vector<std::string>>> keys(std::string space, std::string prefix) override;

private:
    std::map<std::string, std::map<std::string, Value>> spaces_;
};

class MemoryDocuments final : public Documents {
public:
    boost::asio::awaitable<Result<std::vector<reconcile::Document>>> all() override;
    boost::asio::awaitable<Result<void>> keep(reconcile::Document document) override;
    boost::asio::awaitable<Result<void>> forget(reconcile::Key key) override;
    void keep_soon(reconcile::Document document) override;

private:
    std::map<reconcile::Key, reconcile::Document> documents_;
};

} // namespace forager::store
