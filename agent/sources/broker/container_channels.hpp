// Requests about containers on a broker's channels, or in its stream: put into the durable queue, where those about one
// name keep their order. One for each broker, owned by the composition root, on the strand.
#pragma once

#include "core/container_request.hpp"
#include "io/event.hpp"
#include "ports/broker_streams.hpp"
#include "ports/queue.hpp"
#include "sources/broker/broker_source.hpp"
#include "sources/broker/reply_loop.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

class ContainerChannels {
public:
    struct Config {
        std::size_t message = std::size_t{1024} * 1024; ///< bytes of one message
        std::size_t at_once = 1'000;                    ///< messages that are being put into the queue
    };

    /// All must outlive the source.
    struct Parts {
        Queue& queue;
        ReplyLoop& replies;
        std::string broker;                                   ///< its name
        std::function<void(const std::string& message)> warn; ///< hears of what is refused
    };

    ContainerChannels(const boost::asio::any_io_executor& executor, Parts parts, Config config);
    ContainerChannels(const ContainerChannels&) = delete;
    ContainerChannels& operator=(const ContainerChannels&) = delete;
    ~ContainerChannels() = default;

    /// What it wants to hear of its broker.
    std::vector<Hearing> hearings();

    /// The stream whose entries are requests, with the fields `channel` and `payload`.
    static constexpr std::string_view stream = "containers";

    /// One result for each entry, as `StreamSource` wants them: those that there is no room for may come again.
    boost::asio::awaitable<std::vector<Result<void>>> take_entries(std::vector<StreamEntry> entries);

    /// Waits until nothing is being put into the queue any more.
    boost::asio::awaitable<void> idle();

    /// Requests that came, each once however often a stream delivered it, and what became of those that the queue did
    /// not take.
    struct Counts {
        std::uint64_t heard = 0;
        std::uint64_t refused = 0; ///< for good
        std::uint64_t busy = 0;    ///< since there was no room

        Counts() = default;
    };

    /// By channel: each that there is, and "other" for what a stream has besides.
    const std::map<std::string, Counts, std::less<>>& counts() const { return counts_; }

    /// All of them together.
    Counts total() const;

    /// Requests that are being put into the queue.
    std::size_t putting() const { return putting_; }

private:
    boost::asio::awaitable<void> take_all(std::vector<BrokerMessage> messages);
    struct Asked {
        Submission submission;
        ReplyTo to;
        Counts* counts = nullptr; // of its channel
    };

    Result<Asked> read(const std::string& channel, const std::string& payload);
    Result<Asked> read_entry(const StreamEntry& entry);
    Failure without_channel(const std::string& payload);
    boost::asio::awaitable<void> take(BrokerMessage message);
    boost::asio::awaitable<void> put(Asked asked);
    boost::asio::awaitable<void> put_entry(Asked asked, Result<void>& result);
    Counts& counts_of(const std::string& channel);
    void refuse(const std::string& what, Counts& counts, ReplyTo to, Failure why);

    boost::asio::any_io_executor executor_;
    Parts parts_;
    Config config_;
    Event fewer_;
    std::size_t putting_ = 0;
    std::map<std::string, Counts, std::less<>> counts_;
};

} // namespace forager
