// Which of the agent's documents somebody means.
#pragma once

#include "control/client.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::cli {

/// The rows that "KIND", "KIND/NAME" or "NAME" names, all for an empty text. Kinds count in any case, and in the
/// plural. Failures: not_found, with the nearest word.
Result<Array> selected(const Array& rows, const std::string& what);

/// The same of what the agent has.
boost::asio::awaitable<Result<Array>> select_documents(control::Client& client, std::string what);

} // namespace forager::cli
