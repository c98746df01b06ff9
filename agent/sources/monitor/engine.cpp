#include "sources/monitor/engine.hpp"

#include "clients/docker/containers.hpp"

#include <utility>

namespace forager::monitoring {

namespace asio = boost::asio;

namespace {

class DockerEvents final : public EngineEvents {
public:
    explicit DockerEvents(docker::EventStream stream) : stream_{std::move(stream)} {}

    asio::awaitable<Result<std::optional<docker::Event>>> next() override { return stream_.next(); }

private:
    docker::EventStream stream_;
};

class Docker final : public Engine {
public:
    explicit Docker(ClientAccess client) : client_{std::move(client)} {}

    asio::awaitable<Result<std::unique_ptr<EngineEvents>>> events(std::optional<std::int64_t> since) override
    {
        const auto client = client_();
        if (!client)
            co_return client.error();
        docker::EventFilter filter;
        filter.types = {"container"};
        auto stream = co_await docker::events(**client, since, std::move(filter));
        if (!stream)
            co_return stream.error();
        std::unique_ptr<EngineEvents> events = std::make_unique<DockerEvents>(std::move(*stream));
        co_return events;
    }

    asio::awaitable<Result<Array>> list() override
    {
        const auto client = client_();
        if (!client)
            co_return client.error();
        auto list = co_await docker::list(**client, {});
        co_return list;
    }

    asio::awaitable<Result<Object>> inspect(std::string id) override
    {
        const auto client = client_();
        if (!client)
            co_return client.error();
        auto inspected = co_await docker::inspect(**client, std::move(id));
        co_return inspected;
    }

    asio::awaitable<Result<Object>> stats(std::string id) override
    {
        const auto client = client_();
        if (!client)
            co_return client.error();
        auto stats = co_await docker::stats_now(**client, std::move(id));
        co_return stats;
    }

private:
    ClientAccess client_;
};

} // namespace

std::unique_ptr<Engine> engine_of(ClientAccess client)
{
    return std::make_unique<Docker>(std::move(client));
}

} // namespace forager::monitoring
