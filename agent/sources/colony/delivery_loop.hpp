// Tells the colony what became of its processes, until the server has heard it. Part of the colony source. Facts:
// Colonies v1.9.12: a close is not bound to a lease, and one that is refused may have been heard before.
#pragma once

#include "core/retry.hpp"
#include "sources/colony/desk.hpp"
#include "sources/colony/process_log.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::colony {

class DeliveryLoop {
public:
    DeliveryLoop(Desk& desk, ProcessLog& log);

    /// Until it is cancelled. Several may run.
    boost::asio::awaitable<void> run();

    /// One outcome, if there is one; a pause when the server did not hear it.
    boost::asio::awaitable<void> deliver_or_pause();

private:
    boost::asio::awaitable<void> something_finished();
    boost::asio::awaitable<bool> deliver_next();
    boost::asio::awaitable<bool> deliver(std::string id);
    boost::asio::awaitable<Result<std::string>> close(std::string id, Outcome outcome, bool patient);
    bool may_help(const std::string& id, const Lease& lease, const Failure& refused);
    void heard_of_log(const Failure& failure);
    boost::asio::awaitable<bool> is_ours(std::string id, Lease lease);

    Desk& desk_;
    ProcessLog& log_;
    Backoff backoff_;
};

} // namespace forager::colony
