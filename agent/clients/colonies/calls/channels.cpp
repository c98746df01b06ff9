#include "clients/colonies/calls/channels.hpp"

#include "clients/colonies/calls/ask.hpp"
#include "io/formats/base64.hpp"

namespace forager::colonies {

namespace asio = boost::asio;

asio::awaitable<Result<void>> append_to_channel(Caller caller, NewEntry entry)
{
    Object payload{{"processid", std::move(entry.process)},
                   {"name", std::move(entry.channel)},
                   {"sequence", entry.sequence},
                   {"payload", to_base64(entry.payload)}};
    if (entry.in_reply_to != 0)
        payload.set("inreplyto", entry.in_reply_to);
    if (!entry.type.empty())
        payload.set("payloadtype", std::move(entry.type));
    return tell(std::move(caller), "channelappendmsg", std::move(payload));
}

asio::awaitable<Result<std::vector<ChannelEntry>>> read_channel(Caller caller, std::string process, std::string channel,
                                                                std::int64_t after, std::int64_t limit)
{
    return ask_row<ChannelEntry>(
        std::move(caller), "channelreadmsg",
        {{"processid", std::move(process)}, {"name", std::move(channel)}, {"afterseq", after}, {"limit", limit}});
}

} // namespace forager::colonies
