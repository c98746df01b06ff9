// Outcomes that somebody at a broker waits for: columns of the table of invocations. Part of the store; lives on the
// strand.
#pragma once

#include "ports/replies.hpp"
#include "store/writer.hpp"

namespace forager::store {

class ReplyTable final : public Replies {
public:
    /// `writer` must outlive it.
    explicit ReplyTable(Writer& writer) : writer_{writer} {}

    boost::asio::awaitable<Result<void>> want(std::string id, ReplyTo to) override;
    boost::asio::awaitable<Result<std::vector<DueReply>>> due(std::string broker, std::size_t most) override;
    boost::asio::awaitable<Result<void>> told(std::vector<std::string> ids, std::string note) override;

private:
    Writer& writer_;
};

} // namespace forager::store
