#include "clients/colonies/types/channel.hpp"

#include "clients/colonies/types/members.hpp"

namespace forager::colonies {

void members(auto& io, Is<ChannelEntry> auto& entry)
{
    io("sequence", entry.sequence);
    io.optional("inreplyto", entry.in_reply_to);
    io("timestamp", entry.time);
    io("senderid", entry.sender);
    io.bytes("payload", entry.payload);
    io("type", entry.type);
    io.optional("error", entry.error);
}

std::string_view name_of(const ChannelEntry&)
{
    return "entry";
}

template Result<ChannelEntry> read(const Value&);
template Result<std::vector<ChannelEntry>> read_list(const Value&);
template Object to_object(const ChannelEntry&);

} // namespace forager::colonies
