// Hears requests about containers on a broker's channels and puts them into the durable queue, where those about one
// name keep their order. One for each broker, owned by the composition root, on the strand.
#pragma once

#include "core/container_request.hpp"
#include "core/retry.hpp"
#include "io/event.hpp"
#include "ports/broker.hpp"
#include "ports/clock.hpp"
#include "ports/queue.hpp"
#include "sources/broker/reply_loop.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <string>

namespace forager {

class ContainerChannels {
public:
    struct Config {
        std::size_t message = std::size_t{1024} * 1024; ///< bytes of one message
        std::size_t at_once = 1'000;                    ///< messages that are being put into the queue
    };

    /// All must outlive the source.
    struct Parts {
        Clock& clock;
        Random& random;
        Queue& queue;
        Broker& broker;
        ReplyLoop& replies;
        std::function<void(const std::string& message)> tell; ///< hears what an operator should
    };

    ContainerChannels(const boost::asio::any_io_executor& executor, Parts parts, Config config);

    /// The loop: subscribes, hears, and subscribes again when the broker was away. Runs until it is cancelled.
    boost::asio::awaitable<void> run();

    /// Waits until nothing is being put into the queue any more.
    boost::asio::awaitable<void> idle();

    struct Status {
        bool connected = false;
        std::string trouble;      ///< why it does not hear; empty: it does
        std::size_t heard = 0;    ///< messages
        std::size_t refused = 0;  ///< of them

        Status() = default;
    };
    const Status& status() const { return status_; }

private:
    boost::asio::awaitable<Failure> hear();
    boost::asio::awaitable<void> take(BrokerMessage message);
    boost::asio::awaitable<void> put(Submission submission, ReplyTo to);
    void refuse(const std::string& channel, ReplyTo to, Failure why);
    void lost(const Failure& why);

    boost::asio::any_io_executor executor_;
    Parts parts_;
    Config config_;
    Event fewer_;
    Backoff backoff_;
    Status status_;
    std::size_t putting_ = 0;
};

} // namespace forager
