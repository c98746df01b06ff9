// The code behind a function.
#pragma once

#include "core/invocation.hpp"
#include "core/outcome.hpp"
#include "ports/observer.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace forager {

class Handler {
public:
    virtual ~Handler() = default;

    /// Does the work once. `args` are bound and checked against the declaration: one for each parameter, or any for a
    /// variadic function. `invocation` and `observer` outlive the call. Throws `operation_aborted` when it was
    /// cancelled, and returns or throws only when everything that it started is gone.
    virtual boost::asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value> args,
                                                Observer& observer) = 0;
};

} // namespace forager
