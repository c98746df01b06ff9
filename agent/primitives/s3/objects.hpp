// Objects of a store as functions and scripts ask for them: options and answers are data. On the strand; the store must
// outlive the calls. Options of all: `bucket`, another one of the same store.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/object_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace forager::objects {

/// key, size, etag, and what is known of modified (seconds since 1970), sha256, content_type, metadata.
Object table_of(const StoredObject& object);

/// Options: `body` or `from_file`, `content_type`, `metadata`, `sha256`. Failures of all: those of the store, and
/// bad_arguments.
boost::asio::awaitable<Result<Object>> put(ObjectStore& store, std::string key, Object options,
                                           TransferProgress progress);

/// Options: `to_file`, or else the content is `body` of the answer, up to `limit` bytes (64 MB); `sha256`.
boost::asio::awaitable<Result<Object>> get(ObjectStore& store, std::string key, Object options,
                                           TransferProgress progress);

/// Nothing where there is none.
boost::asio::awaitable<Result<std::optional<Object>>> head(ObjectStore& store, std::string key, Object options);

/// One page: `objects`, which are tables with a key or with a folder, and `next` for the next page's options. Options:
/// `prefix`, `delimiter`, `next`.
boost::asio::awaitable<Result<Object>> list(ObjectStore& store, Object options);

boost::asio::awaitable<Result<void>> remove(ObjectStore& store, std::vector<std::string> keys, Object options);

boost::asio::awaitable<Result<Object>> copy(ObjectStore& store, std::string from, std::string to, Object options);

/// Options: `method` (GET), `expires` (a duration; an hour).
Result<std::string> presign(ObjectStore& store, const std::string& key, const Object& options);

} // namespace forager::objects
