#include "clients/docker/volumes.hpp"

#include "io/url.hpp"

#include "clients/docker/asking.hpp"

namespace forager::docker {

namespace asio = boost::asio;

namespace {

std::string volume(const std::string& name)
{
    return "/volumes/" + percent_encoded(name);
}

std::string network(const std::string& name)
{
    return "/networks/" + percent_encoded(name);
}

} // namespace

asio::awaitable<Result<Object>> create_volume(Client& client, std::string name, Pairs labels)
{
    Ask ask{"POST", "/volumes/create"};
    ask.body = Object{{"Name", std::move(name)}, {"Labels", object_of(labels)}};
    return ask_object(client, std::move(ask), "a new volume");
}

asio::awaitable<Result<Object>> inspect_volume(Client& client, std::string name)
{
    return ask_object(client, {"GET", volume(name)}, "a volume");
}

asio::awaitable<Result<Array>> list_volumes(Client& client, Pairs labels)
{
    Ask ask{"GET", "/volumes"};
    ask.query = {{"filters", filters_of(labels)}};
    auto answer = co_await ask_object(client, std::move(ask), "volumes");
    if (answer.has_error())
        co_return answer.error();
    co_return part<Array>(*answer, "Volumes");
}

asio::awaitable<Result<void>> remove_volume(Client& client, std::string name, bool force)
{
    Ask ask{"DELETE", volume(name)};
    ask.query = {{"force", flag(force)}};
    return tell(client, std::move(ask));
}

asio::awaitable<Result<std::string>> create_network(Client& client, std::string name, std::string driver, bool internal,
                                                    Pairs labels)
{
    Ask ask{"POST", "/networks/create"};
    ask.body = Object{{"Name", std::move(name)},
                      {"Driver", std::move(driver)},
                      {"Internal", internal},
                      {"CheckDuplicate", true},
                      {"Labels", object_of(labels)}};
    auto made = co_await ask_object(client, std::move(ask), "a new network");
    if (made.has_error())
        co_return made.error();
    co_return part<std::string>(*made, "Id");
}

asio::awaitable<Result<Object>> inspect_network(Client& client, std::string name)
{
    return ask_object(client, {"GET", network(name)}, "a network");
}

asio::awaitable<Result<Array>> list_networks(Client& client, Pairs labels)
{
    Ask ask{"GET", "/networks"};
    ask.query = {{"filters", filters_of(labels)}};
    return ask_list(client, std::move(ask), "networks");
}

asio::awaitable<Result<void>> remove_network(Client& client, std::string name)
{
    return tell(client, {"DELETE", network(name)});
}

} // namespace forager::docker
