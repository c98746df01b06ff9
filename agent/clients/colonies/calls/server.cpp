#include "clients/colonies/calls/server.hpp"

#include "clients/colonies/calls/ask.hpp"

namespace forager::colonies {

namespace asio = boost::asio;

namespace {

template <class Record> asio::awaitable<Result<Record>> ask_unsigned(Client& client, std::string call)
{
    auto reply = co_await client.call(std::move(call), Object{}, std::nullopt);
    if (reply.has_error())
        co_return std::move(reply).error();
    co_return read<Record>(*reply);
}

} // namespace

asio::awaitable<Result<ServerVersion>> get_version(Client& client)
{
    return ask_unsigned<ServerVersion>(client, "versionmsg");
}

asio::awaitable<Result<ServerInfo>> get_server_info(Client& client)
{
    return ask_unsigned<ServerInfo>(client, "getserverinfomsg");
}

asio::awaitable<Result<Statistics>> get_statistics(Caller owner)
{
    return ask<Statistics>(std::move(owner), "getstatisticsmsg", {});
}

} // namespace forager::colonies
