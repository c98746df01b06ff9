// What goes on without the agent beside commands, and is ended with them: containers.
#pragma once

#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <set>
#include <string>

namespace forager {

class KeptBeside {
public:
    virtual ~KeptBeside() = default;

    /// Outermost invocations that have something kept.
    virtual std::set<std::string> roots() const = 0;

    /// Whether there is anything to end.
    virtual bool holds(const KeptOf& whose) const = 0;

    /// Ends it, and forgets its results.
    virtual boost::asio::awaitable<void> end(KeptOf whose) = 0;

    /// The agent stops: what is cancelled from now on goes on.
    virtual void leave() = 0;
};

} // namespace forager
