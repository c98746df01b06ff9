// The recorded steps of invocations, and the signals that they wait for. Part of the store; lives on the strand.
#pragma once

#include "ports/journal.hpp"
#include "store/writer.hpp"

namespace forager::store {

class JournalTable final : public Journal {
public:
    /// `writer` must outlive it.
    explicit JournalTable(Writer& writer) : writer_{writer} {}

    boost::asio::awaitable<Result<std::vector<JournalEntry>>> entries(std::string invocation) override;
    boost::asio::awaitable<Result<void>> record(std::string root, std::string invocation, JournalEntry entry) override;
    boost::asio::awaitable<Result<std::optional<Value>>> take_signal(std::string root, std::string event,
                                                                     std::string invocation, std::string key) override;

private:
    Writer& writer_;
};

} // namespace forager::store
