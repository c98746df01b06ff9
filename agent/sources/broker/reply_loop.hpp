// Tells over one broker what became of the requests that came over it, until it has taken that. One for each broker,
// owned by the composition root, on the strand.
#pragma once

#include "core/retry.hpp"
#include "io/event.hpp"
#include "ports/broker.hpp"
#include "ports/clock.hpp"
#include "ports/replies.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace forager {

class ReplyLoop {
public:
    struct Config {
        std::size_t at_once = 64;      ///< replies that are read from the store, and marked as told, together
        std::size_t refusals = 10'000; ///< kept in memory for requests that never came into the queue
        std::size_t most_refused = 20; ///< tries of a reply that the broker refuses
    };

    /// All must outlive the loop.
    struct Parts {
        Clock& clock;
        Random& random;
        Replies& replies;
        std::string name;                                     ///< of the broker
        std::function<Result<Broker*>()> broker;              ///< made when it is first wanted
        std::function<void(const std::string& message)> warn; ///< hears what waits, and what is given up
    };

    ReplyLoop(const boost::asio::any_io_executor& executor, Parts parts, Config config);

    /// The loop. Runs until it is cancelled; a reply that is being published then may be published again.
    boost::asio::awaitable<void> run();

    /// When the loop has ended: what is left, as far as the broker takes it at once.
    boost::asio::awaitable<void> tell_rest();

    /// Something has ended that somebody may wait for.
    void wake() { changed_.set(); }

    /// The answer to a request that never came into the queue: kept in memory alone.
    void refuse(ReplyTo to, Failure why);

    std::size_t told() const { return told_; }

    /// Refusals that wait for the broker, in memory; and how many were dropped, since too many waited.
    std::size_t waiting() const { return refused_.size(); }
    std::size_t lost() const { return lost_; }

    /// Why the last reply could not be published; empty: it was.
    const std::string& trouble() const { return trouble_; }

private:
    boost::asio::awaitable<bool> tell_refusals();
    boost::asio::awaitable<bool> tell_outcomes();
    boost::asio::awaitable<bool> tell_these(std::vector<DueReply> due);
    boost::asio::awaitable<bool> mark(std::vector<std::string> told);
    boost::asio::awaitable<bool> send(ReplyTo to, std::string text);
    boost::asio::awaitable<Result<void>> publish(std::string channel, std::string text);
    bool is_given_up(const ReplyTo& to, const Failure& failure);

    Parts parts_;
    Config config_;
    Event changed_;
    Backoff backoff_;
    std::deque<std::pair<ReplyTo, Failure>> refused_;
    std::size_t tries_ = 0; // of the reply that the broker has refused
    std::size_t told_ = 0;
    std::size_t dropped_ = 0; // since all were told
    std::size_t lost_ = 0;
    std::string trouble_;
    bool more_ = true; // in the store
};

} // namespace forager
