// Replies in memory, that a test says are due.
#pragma once

#include "ports/replies.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

class KeptReplies final : public Replies {
public:
    boost::asio::awaitable<Result<void>> want(std::string id, ReplyTo to) override
    {
        wanted.emplace(std::move(id), std::move(to));
        co_return Result<void>{};
    }

    boost::asio::awaitable<Result<std::vector<DueReply>>> due(std::string broker, std::size_t most) override
    {
        std::vector<DueReply> some;
        for (const DueReply& one : open)
            if (one.to.broker == broker && some.size() < most)
                some.push_back(one);
        co_return some;
    }

    boost::asio::awaitable<Result<void>> told(std::vector<std::string> ids, std::string) override
    {
        std::erase_if(open, [&](const DueReply& one) { return std::ranges::find(ids, one.id) != ids.end(); });
        co_return Result<void>{};
    }

    void add(std::string id, std::string channel, Outcome outcome, Value reply_id = {})
    {
        DueReply reply;
        reply.id = std::move(id);
        reply.to = {"redis", std::move(channel), std::move(reply_id)};
        reply.outcome = std::move(outcome);
        open.push_back(std::move(reply));
    }

    std::vector<DueReply> open;
    std::map<std::string, ReplyTo> wanted;
};

} // namespace forager::test
