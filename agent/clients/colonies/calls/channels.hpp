// Calls about channels: for who submitted the process and who runs it. Failures: see server.hpp; refusals: not_found
// (no such channel, or the process was closed), overloaded (more than 500 messages at once, 100 in a second).
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/types/channel.hpp"

#include <string>
#include <vector>

namespace forager::colonies {

struct NewEntry {
    std::string process;
    std::string channel;
    std::int64_t sequence = 0; ///< the sender's own, growing number
    std::int64_t in_reply_to = 0;
    std::string payload; ///< bytes, at most 10 MiB
    std::string type;    ///< empty: "data"; "end" says that no more comes

    NewEntry() = default;
};

boost::asio::awaitable<Result<void>> append_to_channel(Caller caller, NewEntry entry);

/// `after`: how many entries were read already; `limit` 0: all.
boost::asio::awaitable<Result<std::vector<ChannelEntry>>>
read_channel(Caller caller, std::string process, std::string channel, std::int64_t after, std::int64_t limit);

} // namespace forager::colonies
