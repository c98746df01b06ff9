// Invocations from their acceptance to the end of their retention. Part of the store; lives on the strand.
#pragma once

#include "ports/records.hpp"
#include "store/writer.hpp"

namespace forager::store {

/// How much of what has ended is kept.
struct Retention {
    Duration age = std::chrono::hours{24 * 7};
    std::size_t count = 10'000;
    bool operator==(const Retention&) const = default;
};

class RecordTable final : public Records {
public:
    /// `writer` must outlive it.
    explicit RecordTable(Writer& writer) : writer_{writer} {}

    boost::asio::awaitable<Result<std::pair<QueueEntry, bool>>> add(Submission submission, WallTime now) override;
    boost::asio::awaitable<Result<std::optional<QueueEntry>>> known(Submission submission) override;
    boost::asio::awaitable<Result<std::vector<QueueEntry>>> open() override;
    boost::asio::awaitable<Result<std::vector<BegunWork>>> begin(std::vector<std::string> ids, WallTime now) override;
    void note(std::string id, State state, std::string note, std::size_t tries) override;
    boost::asio::awaitable<Result<void>> finish(std::string id, Outcome outcome, WallTime now) override;
    boost::asio::awaitable<Result<void>> finish_now(std::string id, Outcome outcome, WallTime now) override;
    boost::asio::awaitable<Result<void>> ask_to_end(std::string id, WallTime now) override;
    boost::asio::awaitable<Result<std::vector<std::string>>> asked_to_end() override;
    boost::asio::awaitable<Result<QueueEntry>> revive(std::string id) override;
    boost::asio::awaitable<Result<std::optional<Record>>> find(std::string id) override;
    boost::asio::awaitable<Result<std::vector<Record>>> list(RecordFilter filter) override;
    boost::asio::awaitable<Result<void>> signal(std::string id, std::string event, Value value) override;

    /// Removes some of what is kept no longer, with all that belongs to it. Gives whether there may be more.
    boost::asio::awaitable<Result<bool>> forget(Retention retention, WallTime now);

private:
    Writer& writer_;
};

} // namespace forager::store
