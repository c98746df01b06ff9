// What a container prints, line by line on a broker's channel as it comes. Bounded: lines that the broker does not take
// in time are counted and left out, and the container is held up by nobody. One for each call, on the strand.
#pragma once

#include "core/value.hpp"
#include "io/event.hpp"
#include "ports/process_runner.hpp"
#include "primitives/broker/desk.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <utility>

namespace forager {

class LogChannel final : public LineSink {
public:
    struct Config {
        std::string channel;
        Value id;                                     ///< null: lines are published as they are, else as JSON
        std::size_t most = 1'000;                     ///< lines that wait
        std::size_t bytes = std::size_t{1024} * 1024; ///< that they may hold

        Config() = default;
        Config(std::string channel, Value id) : channel{std::move(channel)}, id{std::move(id)} {}
    };

    /// `desk` and `behind`, which hears each line first, must outlive it.
    LogChannel(const boost::asio::any_io_executor& executor, BrokerDesk& desk, LineSink& behind, Config config);

    boost::asio::awaitable<void> line(Stream stream, std::string text) override;

    /// Publishes until it is cancelled.
    boost::asio::awaitable<void> run();

    /// Waits until nothing is left to be published.
    boost::asio::awaitable<void> emptied();

private:
    struct Waiting {
        std::string message;
        std::size_t lines = 1; // that are lost when nobody takes it
    };

    std::string message(const char* stream, std::string text) const;
    void push(std::string message, std::size_t lines);
    void tell_of_drops();

    BrokerDesk& desk_;
    LineSink& behind_;
    Config config_;
    Event some_;
    Event none_;
    std::deque<Waiting> messages_; // the first one is being published
    std::size_t bytes_ = 0;
    std::size_t dropped_ = 0; // since this was told
};

} // namespace forager
