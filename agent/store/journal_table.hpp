// The recorded steps of invocations, and the signals that they wait for. Part of the store; lives on the strand.
#pragma once

#include "ports/journal.hpp"
#include "store/writer.hpp"

#include <set>
#include <string>

namespace forager::store {

class JournalTable final : public Journal {
public:
    /// `writer` must outlive it.
    explicit JournalTable(Writer& writer) : writer_{writer} {}

    boost::asio::awaitable<Result<std::vector<JournalEntry>>> entries(std::string invocation) override;
    boost::asio::awaitable<Result<void>> record(std::string root, std::string invocation, JournalEntry entry) override;
    boost::asio::awaitable<Result<std::optional<Value>>> take_signal(std::string root, std::string event,
                                                                     std::string invocation, std::string key) override;

    void ended(const std::string& root) override;

private:
    Writer& writer_;
    std::set<std::string> roots_; // of those that run now, under which something was recorded
};

} // namespace forager::store
