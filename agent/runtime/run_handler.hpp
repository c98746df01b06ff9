// The boundary around code of functions: whatever it throws becomes a failure. For the scheduler and the workflow
// runner.
#pragma once

#include "core/outcome.hpp"
#include "ports/handler.hpp"

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <string>
#include <vector>

namespace forager {

Failure internal_error(const std::string& what);

/// Its sentence, with the place in the script before it where there is one.
std::string sentence_of(const Failure& failure);

/// What was thrown, told as a failure: `cancelled`, or an internal error.
Failure failure_of(const std::exception_ptr& thrown);

/// Only a cancellation comes through as an exception. All but `args` must outlive the call.
boost::asio::awaitable<Outcome> run_handler(Handler& handler, const Invocation& invocation, std::vector<Value> args,
                                            Observer& observer);

} // namespace forager
