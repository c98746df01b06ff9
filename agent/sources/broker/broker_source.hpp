// Hears messages of one broker for all who want them, over one connection that is made again whenever it is lost. One
// for each broker, owned by the composition root, on the strand.
#pragma once

#include "core/retry.hpp"
#include "io/nap.hpp"
#include "ports/broker.hpp"
#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace forager {

/// Whose messages go where.
struct Hearing {
    std::string pattern;
    /// Takes messages that came together. The next ones are not read before it returns.
    std::function<boost::asio::awaitable<void>(std::vector<BrokerMessage> messages)> deliver;
};

class BrokerSource {
public:
    /// All must outlive the source.
    struct Parts {
        Clock& clock;
        Random& random;
        std::string name;                                     ///< of the broker, for messages
        std::function<Result<Broker*>()> broker;              ///< made when it is first wanted
        std::function<void(const std::string& message)> warn; ///< hears that it is gone, and what it refuses
        std::function<void(const std::string& message)> info; ///< hears that it is back
        std::function<void(const std::string& error)> state;  ///< hears how it is: empty means well
    };

    BrokerSource(const boost::asio::any_io_executor& executor, Parts parts);
    ~BrokerSource();

    /// These and no others are heard from now on. Patterns that stay miss nothing.
    void set(std::vector<Hearing> hearings);

    /// The loop. Runs until it is cancelled, and can be run again then.
    boost::asio::awaitable<void> run();

    bool is_connected() const { return subscription_ != nullptr; }
    std::uint64_t messages() const { return messages_; } ///< that have come

private:
    boost::asio::awaitable<Failure> live();
    boost::asio::awaitable<void> hand_out(std::vector<BrokerMessage> messages);
    std::vector<std::string> patterns() const;
    void came_back();
    void went_away(const Failure& failure);
    void tell_of_refusals();

    Parts parts_;
    std::multimap<std::string, std::shared_ptr<const Hearing>, std::less<>> hearings_;
    std::unique_ptr<BrokerSubscription> subscription_; // while it is heard
    Nap nap_;
    Backoff backoff_;
    std::map<std::string, std::string> told_; // refusals
    std::string trouble_;                     // why it is not heard
    TimePoint away_since_{};
    std::uint64_t messages_ = 0;
};

} // namespace forager
