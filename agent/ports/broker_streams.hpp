// Streams of a broker: logs of entries that are kept until they are acknowledged, and shared out among the consumers of
// a group. Implemented by the client of a broker that has them.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace forager {

struct StreamEntry {
    std::string stream;
    std::string id;              ///< nobody else's in the stream, and greater than all before it
    Object fields;               ///< of text
    std::int64_t deliveries = 1; ///< how often it was given to somebody, this time included

    StreamEntry() = default;
};

/// Who reads, and on whose behalf.
struct StreamReader {
    std::string stream;
    std::string group;
    std::string consumer; ///< of the group; the same after a restart

    StreamReader() = default;
    StreamReader(std::string stream, std::string group, std::string consumer)
        : stream{std::move(stream)}, group{std::move(group)}, consumer{std::move(consumer)}
    {
    }
};

class BrokerStreams {
public:
    virtual ~BrokerStreams() = default;

    /// Adds an entry and gives its id. `most`: older entries are dropped until about so many are left; 0: none is.
    virtual boost::asio::awaitable<Result<std::string>> add(std::string stream, Object fields, std::size_t most) = 0;

    /// Makes the group where there is none, and the stream. It begins with the first entry that there still is.
    virtual boost::asio::awaitable<Result<void>> make_group(std::string stream, std::string group) = 0;

    /// Up to `most` entries that nobody of the group was given yet; waits for one as long as `patience`, and gives none
    /// then. Over a connection of its own for each reader: others are not held up. Failures: not_found (the group).
    virtual boost::asio::awaitable<Result<std::vector<StreamEntry>>> read(StreamReader reader, std::size_t most,
                                                                          Duration patience) = 0;

    /// Up to `most` entries that were given to somebody so long ago and not acknowledged since: they are this reader's
    /// now. With an idle time of 0 its own of an earlier life are among them.
    virtual boost::asio::awaitable<Result<std::vector<StreamEntry>>> claim(StreamReader reader, Duration idle,
                                                                           std::size_t most) = 0;

    virtual boost::asio::awaitable<Result<void>> acknowledge(StreamReader reader, std::vector<std::string> ids) = 0;
};

} // namespace forager
