// A colony, its users, its places, its logs and its numbers. Facts: Colonies v1.9.12.
#pragma once

#include "base/time.hpp"
#include "clients/colonies/record.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace forager::colonies {

struct Colony {
    std::string id; ///< the id of its owner's key
    std::string name;
    bool operator==(const Colony&) const = default;
};

struct User {
    std::string colony;
    std::string id;
    std::string name;
    std::string email;
    std::string phone;
    bool operator==(const User&) const = default;
};

struct Location {
    std::string id;
    std::string name;
    std::string colony;
    std::string description;
    double longitude = 0;
    double latitude = 0;
    bool operator==(const Location&) const = default;
};

struct Log {
    std::string process; ///< empty: the executor's own
    std::string colony;
    std::string executor_name;
    std::string message;
    std::int64_t time = 0; ///< nanoseconds since 1970
    bool operator==(const Log&) const = default;
};

struct Statistics {
    std::int64_t colonies = 0;
    std::int64_t executors = 0;
    std::int64_t active_executors = 0;
    std::int64_t unregistered_executors = 0;
    std::int64_t waiting_processes = 0;
    std::int64_t running_processes = 0;
    std::int64_t successful_processes = 0;
    std::int64_t failed_processes = 0;
    std::int64_t cancelled_processes = 0;
    std::int64_t waiting_workflows = 0;
    std::int64_t running_workflows = 0;
    std::int64_t successful_workflows = 0;
    std::int64_t failed_workflows = 0;
    std::int64_t cancelled_workflows = 0;
    bool operator==(const Statistics&) const = default;
};

/// A server built without them has empty texts.
struct ServerVersion {
    std::string version;
    std::string built;
    bool operator==(const ServerVersion&) const = default;
};

/// A way to the server, as it believes: from its environment, not from what it listens on.
struct Backend {
    std::string type;
    std::string host;
    std::int64_t port = 0;
    bool tls = false;
    bool insecure = false;
    bool operator==(const Backend&) const = default;
};

struct ServerInfo {
    std::string version;
    std::string built;
    std::vector<Backend> backends;
    bool operator==(const ServerInfo&) const = default;
};

} // namespace forager::colonies
