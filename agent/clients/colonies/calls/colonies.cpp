#include "clients/colonies/calls/colonies.hpp"

#include "clients/colonies/calls/ask.hpp"

namespace forager::colonies {

namespace asio = boost::asio;

namespace {

Object of_colony(std::string colony)
{
    return {{"colonyname", std::move(colony)}};
}

Object named(std::string colony, std::string name)
{
    return {{"colonyname", std::move(colony)}, {"name", std::move(name)}};
}

} // namespace

asio::awaitable<Result<Colony>> add_colony(Caller owner, Colony colony)
{
    return ask<Colony>(std::move(owner), "addcolonymsg", {{"colony", to_object(colony)}});
}

asio::awaitable<Result<void>> remove_colony(Caller owner, std::string colony)
{
    return tell(std::move(owner), "removecolonymsg", of_colony(std::move(colony)));
}

asio::awaitable<Result<std::vector<Colony>>> get_colonies(Caller owner)
{
    return ask_list<Colony>(std::move(owner), "getcoloniesmsg", {});
}

asio::awaitable<Result<Colony>> get_colony(Caller member, std::string colony)
{
    return ask<Colony>(std::move(member), "getcolonymsg", of_colony(std::move(colony)));
}

asio::awaitable<Result<Statistics>> get_colony_statistics(Caller member, std::string colony)
{
    return ask<Statistics>(std::move(member), "getcolonystatsmsg", of_colony(std::move(colony)));
}

asio::awaitable<Result<std::vector<User>>> get_users(Caller member, std::string colony)
{
    return ask_list<User>(std::move(member), "getusersmsg", of_colony(std::move(colony)));
}

asio::awaitable<Result<User>> get_user(Caller member, std::string colony, std::string name)
{
    return ask<User>(std::move(member), "getusermsg", named(std::move(colony), std::move(name)));
}

asio::awaitable<Result<User>> get_user_by_id(Caller member, std::string colony, std::string id)
{
    return ask<User>(std::move(member), "getuserbyidmsg",
                     {{"colonyname", std::move(colony)}, {"userid", std::move(id)}});
}

asio::awaitable<Result<std::vector<Location>>> get_locations(Caller member, std::string colony)
{
    return ask_list<Location>(std::move(member), "getlocationsmsg", of_colony(std::move(colony)));
}

asio::awaitable<Result<bool>> is_paused(Caller member, std::string colony)
{
    auto reply = co_await member.client->call("getpausestatusmsg", of_colony(std::move(colony)), member.key);
    if (reply.has_error())
        co_return std::move(reply).error();
    const auto* status = reply->get<Object>();
    co_return status != nullptr&& part<bool>(*status, "ispaused");
}

asio::awaitable<Result<User>> add_user(Caller owner, User user)
{
    return ask<User>(std::move(owner), "addusermsg", {{"user", to_object(user)}});
}

asio::awaitable<Result<void>> remove_user(Caller owner, std::string colony, std::string name)
{
    return tell(std::move(owner), "removeusermsg", named(std::move(colony), std::move(name)));
}

asio::awaitable<Result<Location>> add_location(Caller owner, Location location)
{
    return ask<Location>(std::move(owner), "addlocationmsg", {{"location", to_object(location)}});
}

asio::awaitable<Result<void>> remove_location(Caller owner, std::string colony, std::string name)
{
    return tell(std::move(owner), "removelocationmsg", named(std::move(colony), std::move(name)));
}

asio::awaitable<Result<void>> pause_assignments(Caller owner, std::string colony)
{
    return tell(std::move(owner), "pauseassignmentsmsg", of_colony(std::move(colony)));
}

asio::awaitable<Result<void>> resume_assignments(Caller owner, std::string colony)
{
    return tell(std::move(owner), "resumeassignmentsmsg", of_colony(std::move(colony)));
}

} // namespace forager::colonies
