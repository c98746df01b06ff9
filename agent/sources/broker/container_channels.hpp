// Requests about containers on a broker's channels: put into the durable queue, where those about one name keep their
// order. One for each broker, owned by the composition root, on the strand.
#pragma once

#include "core/container_request.hpp"
#include "io/event.hpp"
#include "ports/queue.hpp"
#include "sources/broker/broker_source.hpp"
#include "sources/broker/reply_loop.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
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

    /// Waits until nothing is being put into the queue any more.
    boost::asio::awaitable<void> idle();

    std::uint64_t heard() const { return heard_; }     ///< messages
    std::uint64_t refused() const { return refused_; } ///< of them

private:
    boost::asio::awaitable<void> take_all(std::vector<BrokerMessage> messages);
    boost::asio::awaitable<void> take(BrokerMessage message);
    void begin(Submission submission, ReplyTo to);
    boost::asio::awaitable<void> put(Submission submission, ReplyTo to);
    void refuse(const std::string& what, ReplyTo to, Failure why);

    boost::asio::any_io_executor executor_;
    Parts parts_;
    Config config_;
    Event fewer_;
    std::size_t putting_ = 0;
    std::uint64_t heard_ = 0;
    std::uint64_t refused_ = 0;
};

} // namespace forager
