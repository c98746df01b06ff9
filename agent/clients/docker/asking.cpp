#include "clients/docker/asking.hpp"

#include <string>
#include <utility>

namespace forager::docker {

namespace asio = boost::asio;

Failure unreadable(std::string_view what)
{
    return {Errc::refused, "the Docker engine's answer about " + std::string{what} + " has an unknown form"};
}

asio::awaitable<Result<void>> tell(Client& client, Ask ask)
{
    auto answer = co_await client.call(std::move(ask));
    if (answer.has_error())
        co_return answer.error();
    co_return Result<void>{};
}

asio::awaitable<Result<Object>> ask_object(Client& client, Ask ask, std::string_view what)
{
    auto answer = co_await client.call(std::move(ask));
    if (answer.has_error())
        co_return answer.error();
    auto* object = answer->value.get<Object>();
    if (object == nullptr)
        co_return unreadable(what);
    co_return std::move(*object);
}

// Go writes an empty list as null.
asio::awaitable<Result<Array>> ask_list(Client& client, Ask ask, std::string_view what)
{
    auto answer = co_await client.call(std::move(ask));
    if (answer.has_error())
        co_return answer.error();
    if (answer->value.is_null())
        co_return Array{};
    auto* list = answer->value.get<Array>();
    if (list == nullptr)
        co_return unreadable(what);
    co_return std::move(*list);
}

} // namespace forager::docker
