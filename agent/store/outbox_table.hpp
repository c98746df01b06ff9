// What peers have lent to the agent: rows of invocations that have a lease. Part of the store; lives on the strand.
#pragma once

#include "ports/outbox.hpp"
#include "store/writer.hpp"

namespace forager::store {

class OutboxTable final : public Outbox {
public:
    /// `writer` must outlive it.
    explicit OutboxTable(Writer& writer) : writer_{writer} {}

    void begin(const Invocation& invocation, Object lease, WallTime now, Durable durable) override;
    void told(std::string id, std::string note) override;
    boost::asio::awaitable<Result<void>> drop(std::string id, Outcome outcome, std::string note, WallTime now) override;
    boost::asio::awaitable<Result<std::vector<LentWork>>> open() override;

private:
    Writer& writer_;
};

} // namespace forager::store
