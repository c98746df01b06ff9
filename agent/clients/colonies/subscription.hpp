// What the server tells by itself, over a WebSocket: processes that reach a state, entries of a channel. Used by
// sources and tools, on the strand. It is a hint. The server does not say when it has heard of a subscription, and
// misses what happens just then; it tells nothing of a graph that is cancelled, of siblings that fail with one process,
// and of processes that a removed executor had; its state 2 may come without the output. So whoever waits must ask once
// after subscribing and again from time to time, and read the process after an event. Facts: Colonies v1.9.12, as
// observed.
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/types/channel.hpp"
#include "clients/colonies/types/process.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace forager::colonies {

/// A subscription that runs. Destroying it closes its connection.
class Subscription {
public:
    Subscription() = default; ///< is lost
    Subscription(http::WebSocket socket, std::string call);

    /// The payload of the next event. Waits without limit. Its loss is a failure (unreachable: the connection ended, as
    /// it does without a word when the subscription's time is over; refused: the server said no), after which there
    /// are only failures: subscribe again, after a pause when it did not last. Throws `operation_aborted` when
    /// cancelled.
    boost::asio::awaitable<Result<Value>> next();

private:
    http::WebSocket socket_;
    std::string call_;
};

/// Events about processes.
class ProcessSubscription {
public:
    ProcessSubscription() = default; ///< is lost
    explicit ProcessSubscription(Subscription events) : events_{std::move(events)} {}

    /// As `Subscription::next`. The process is as the server saw it then.
    boost::asio::awaitable<Result<Process>> next();

private:
    Subscription events_;
};

/// Entries of a channel.
class ChannelSubscription {
public:
    ChannelSubscription() = default; ///< is lost
    explicit ChannelSubscription(Subscription events) : events_{std::move(events)} {}

    /// As `Subscription::next`: those that were there at first, then each new one. An empty list says that the
    /// subscription's time is over. Nothing comes when the process closes: watch it, too.
    boost::asio::awaitable<Result<std::vector<ChannelEntry>>> next();

private:
    Subscription events_;
};

/// Tells once `process` is in `state`, at once when it is already. Any key may ask. `wait`: whole seconds, after which
/// the server drops the connection.
boost::asio::awaitable<Result<ProcessSubscription>> subscribe_process(Caller caller, std::string colony,
                                                                      std::string process, ProcessState state,
                                                                      std::chrono::seconds wait);

/// Tells once `process` has ended, in whatever state: the three over one connection.
boost::asio::awaitable<Result<ProcessSubscription>>
subscribe_process_end(Caller caller, std::string colony, std::string process, std::chrono::seconds wait);

/// Tells every process of an executor type that reaches `state`: of all colonies, so look at its colony. Only
/// executors may ask; it takes part in the waking of waiting assigns.
boost::asio::awaitable<Result<ProcessSubscription>> subscribe_processes(Caller caller, std::string colony,
                                                                        std::string executor_type, ProcessState state,
                                                                        std::chrono::seconds wait);

/// `after`: how many entries were read already. The submitter and the assigned executor may ask.
boost::asio::awaitable<Result<ChannelSubscription>> subscribe_channel(Caller caller, std::string process,
                                                                      std::string channel, std::int64_t after,
                                                                      std::chrono::seconds wait);

} // namespace forager::colonies
