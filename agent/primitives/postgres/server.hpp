// A PostgreSQL server and how one is let in there.
#pragma once

#include "base/secret.hpp"

#include <cstdint>
#include <string>

namespace forager::postgres {

struct Server {
    std::string host; ///< a name, an address, or the folder of its socket
    std::uint16_t port = 5432;
    std::string user; ///< empty: the one that the agent runs as
    Secret password;  ///< empty: the server wants none
    std::string database;

    bool operator==(const Server&) const = default;
};

/// For sentences: "db.example.org:5433".
std::string place_of(const Server& server);

/// Whether it is on this machine, as far as its name tells.
bool is_local(const std::string& host);

} // namespace forager::postgres
