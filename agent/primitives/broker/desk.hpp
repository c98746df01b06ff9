// One broker for all who work with it: what is published goes out over the same connection, and the answers to all
// requests come in over another one. Owned by the composition root, on the strand.
#pragma once

#include "ports/broker.hpp"
#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace forager {

class BrokerDesk {
public:
    /// `id` is made of letters and digits and is nobody else's. `clock` must outlive it.
    BrokerDesk(const boost::asio::any_io_executor& executor, Clock& clock, std::shared_ptr<Broker> broker,
               std::string_view id);
    BrokerDesk(const BrokerDesk&) = delete;
    BrokerDesk& operator=(const BrokerDesk&) = delete;
    ~BrokerDesk();

    Broker& broker() { return *broker_; }

    /// Publishes, and waits for what is published on `reply_channel`, which must be one of `fresh_channel`. Failures:
    /// those of publishing and subscribing; timed_out (nobody answered until then).
    boost::asio::awaitable<Result<std::string>> request(std::string channel, std::string payload,
                                                        std::string reply_channel, TimePoint deadline);

    /// A channel for one reply, that nobody else has.
    std::string fresh_channel();

private:
    class Replies;

    Clock& clock_;
    std::shared_ptr<Broker> broker_; // the replies that are heard hold on to it
    OwnChannels own_;
    std::uint64_t last_channel_ = 0;
    std::shared_ptr<Replies> replies_;
};

} // namespace forager
