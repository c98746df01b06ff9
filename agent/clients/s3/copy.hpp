// A copy within a bucket, made by the store itself: large ones in several parts at once.
#pragma once

#include "clients/s3/client.hpp"
#include "core/failure.hpp"
#include "ports/object_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::s3 {

/// The client must outlive it. Failures: as the port says.
boost::asio::awaitable<Result<StoredObject>> copy(Client& client, std::string bucket, std::string from, std::string to);

} // namespace forager::s3
