// What the calls are made of. Only for the sources of clients/docker.
#pragma once

#include "clients/docker/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace forager::docker {

/// For the query of a question.
inline const char* flag(bool value)
{
    return value ? "1" : "0";
}

/// The answer to `what` is of another form than it should be.
Failure unreadable(std::string_view what);

/// Without looking at the answer.
boost::asio::awaitable<Result<void>> tell(Client& client, Ask ask);

/// The answer, which must be an object, or a list. `what`, for messages, must outlive the call.
boost::asio::awaitable<Result<Object>> ask_object(Client& client, Ask ask, std::string_view what);
boost::asio::awaitable<Result<Array>> ask_list(Client& client, Ask ask, std::string_view what);

} // namespace forager::docker
