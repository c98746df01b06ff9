// Takes entries of one stream of a broker on behalf of a group, and hands each over before it acknowledges it: an entry
// is lost by no death of anybody, and given up only when it is refused for good. One for each stream, owned by the
// composition root, on the strand.
#pragma once

#include "core/retry.hpp"
#include "ports/broker_streams.hpp"
#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace forager {

class StreamSource {
public:
    struct Config {
        StreamReader reader;
        std::size_t at_once = 100;                         ///< entries that are taken together
        Duration patience = std::chrono::seconds{5};       ///< of one question for new ones
        Duration dead_after = std::chrono::seconds{60};    ///< a consumer that acknowledges nothing for so long
        Duration look_for_dead = std::chrono::seconds{15}; ///< how often
        std::int64_t most_deliveries = 10;                 ///< what was given to somebody more often is given up
        std::size_t most_given_up = 1'000;                 ///< that are kept, in the stream NAME.dead

        Config() = default;
    };

    /// All must outlive the source.
    struct Parts {
        boost::asio::any_io_executor executor;
        Clock& clock;
        Random& random;
        std::function<Result<BrokerStreams*>()> streams;
        /// One result for each entry: safe, or a failure; one with `retry` means that there is no room now.
        std::function<boost::asio::awaitable<std::vector<Result<void>>>(std::vector<StreamEntry> entries)> put;
        std::function<void(const std::string& message)> warn;
        std::function<void(const std::string& message)> info;
        std::function<void(const std::string& error)> state; ///< hears how it is: empty means well
    };

    StreamSource(Parts parts, Config config);

    /// The loop. Runs until it is cancelled, and can be run again then.
    boost::asio::awaitable<void> run();

    std::uint64_t taken() const { return taken_; } ///< entries that are safe
    std::uint64_t given_up() const { return given_up_; }

private:
    using Entries = std::vector<StreamEntry>;

    boost::asio::awaitable<Failure> live();
    boost::asio::awaitable<Result<void>> claim(BrokerStreams& streams, Duration idle);
    boost::asio::awaitable<Result<void>> take(BrokerStreams& streams, Entries entries);
    boost::asio::awaitable<Result<Entries>> put(BrokerStreams& streams, Entries entries);
    boost::asio::awaitable<Result<void>> give_up(BrokerStreams& streams, StreamEntry entry, std::string why);
    void came_back();
    void went_away(const std::string& why);

    Parts parts_;
    Config config_;
    Backoff backoff_;
    std::string trouble_;
    std::uint64_t taken_ = 0;
    std::uint64_t given_up_ = 0;
};

} // namespace forager
