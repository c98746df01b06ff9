// What streams of brokers hold for scripts: each entry is in the durable queue before it is acknowledged. One for the
// agent, on the strand.
#pragma once

#include "app/agent/broker_events.hpp"
#include "sources/broker/stream_source.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace forager {

class StreamEvents {
public:
    explicit StreamEvents(BrokerEvents::Parts parts) : parts_{std::move(parts)} {}

    /// The streams of these scripts and no others are taken from, each in a loop of its own.
    boost::asio::awaitable<void> serve(std::vector<std::shared_ptr<scripting::Script>> scripts);

    /// As `status` shows them.
    Array status() const;

private:
    // On behalf of a group.
    struct Stream {
        scripting::Watcher watcher;
        std::unique_ptr<StreamSource> source;
    };

    void begin(const std::string& loop, const scripting::Watcher& watcher);
    boost::asio::awaitable<std::vector<Result<void>>> put_all(std::string loop, std::vector<StreamEntry> entries);
    boost::asio::awaitable<void> put(std::string loop, StreamEntry entry, Result<void>& result);

    BrokerEvents::Parts parts_;
    std::map<std::string, Stream> streams_; // by the names of their loops
};

} // namespace forager
