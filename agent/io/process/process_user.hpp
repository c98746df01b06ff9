// The user whose rights a child gets. Used by the launcher, on the pool: the system may ask a server for its users.
#pragma once

#include "core/failure.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace forager {

struct ProcessUser {
    std::string name;
    std::string home;
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups; ///< all of them, the own one among them

    ProcessUser() = default;
};

/// By name or number. Failures: not_found, refused (this program may not become that user).
Result<ProcessUser> find_user(const std::string& name);

} // namespace forager
