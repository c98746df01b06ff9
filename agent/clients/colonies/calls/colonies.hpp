// Calls about colonies, their users and their places. Failures: see server.hpp.
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/types/colony.hpp"

#include <string>
#include <vector>

namespace forager::colonies {

// For the server's owner:
boost::asio::awaitable<Result<Colony>> add_colony(Caller owner, Colony colony);
boost::asio::awaitable<Result<void>> remove_colony(Caller owner, std::string colony);
boost::asio::awaitable<Result<std::vector<Colony>>> get_colonies(Caller owner);

// For members:
boost::asio::awaitable<Result<Colony>> get_colony(Caller member, std::string colony);
boost::asio::awaitable<Result<Statistics>> get_colony_statistics(Caller member, std::string colony);
boost::asio::awaitable<Result<std::vector<User>>> get_users(Caller member, std::string colony);
boost::asio::awaitable<Result<User>> get_user(Caller member, std::string colony, std::string name);
boost::asio::awaitable<Result<User>> get_user_by_id(Caller member, std::string colony, std::string id);
boost::asio::awaitable<Result<std::vector<Location>>> get_locations(Caller member, std::string colony);
boost::asio::awaitable<Result<bool>> is_paused(Caller member, std::string colony);

// For the colony's owner:
boost::asio::awaitable<Result<User>> add_user(Caller owner, User user);
boost::asio::awaitable<Result<void>> remove_user(Caller owner, std::string colony, std::string name);
boost::asio::awaitable<Result<Location>> add_location(Caller owner, Location location);
boost::asio::awaitable<Result<void>> remove_location(Caller owner, std::string colony, std::string name);
boost::asio::awaitable<Result<void>> pause_assignments(Caller owner, std::string colony);
boost::asio::awaitable<Result<void>> resume_assignments(Caller owner, std::string colony);

} // namespace forager::colonies
