// Channels of a process: messages between who submitted it and who runs it. Values in and out; the failures are those
// of processes.hpp. A channel lives in the server's memory: it ends with the process, and a server that starts again
// has forgotten what was in it. Facts: Colonies v1.9.12.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "primitives/colony/member.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace forager::colony_work {

struct ChannelPlace {
    std::string process;
    std::string name;

    ChannelPlace() = default;
    ChannelPlace(std::string process, std::string name) : process{std::move(process)}, name{std::move(name)} {}
};

/// `text`: bytes, at most 10 MiB; `type`: "data" by default, "end" says that no more comes; `reply_to`: a sequence of
/// the other side's. Gives the sequence: later ones of this member are larger. Failures: limit for a text that is too
/// long; refused for who neither submitted nor runs the process.
boost::asio::awaitable<Result<std::int64_t>> append(ColonyMember& member, ChannelPlace place, Object message);

/// The entries from the one after `after` on, at most `count` (500 by default), as `entry_table`.
boost::asio::awaitable<Result<Array>> read(ColonyMember& member, ChannelPlace place, std::int64_t after,
                                           std::int64_t count);

/// Waits for entries after `after`; an empty list when the process has ended: what was not read by then is lost with
/// it.
boost::asio::awaitable<Result<Array>> next_entries(ColonyMember& member, ChannelPlace place, std::int64_t after);

} // namespace forager::colony_work
