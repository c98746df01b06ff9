#include "primitives/docker/volumes.hpp"

#include "clients/docker/volumes.hpp"
#include "primitives/docker/options.hpp"
#include "primitives/docker/reading.hpp"

#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;

namespace {

Object volume_of(const Object& found)
{
    return {{"name", part<std::string>(found, "Name")},
            {"path", part<std::string>(found, "Mountpoint")},
            {"labels", part<Object>(found, "Labels")}};
}

Object network_of(const Object& found)
{
    return {{"id", part<std::string>(found, "Id")},
            {"name", part<std::string>(found, "Name")},
            {"driver", part<std::string>(found, "Driver")},
            {"labels", part<Object>(found, "Labels")}};
}

Array entries_of(const Array& found, Object (*entry_of)(const Object&))
{
    Array entries;
    for (const Value& one : found)
        if (const auto* object = one.get<Object>())
            entries.emplace_back(entry_of(*object));
    return entries;
}

Result<docker::Pairs> labels_alone(std::string_view what, const Object& options)
{
    constexpr std::string_view known[] = {"labels"};
    if (auto fine = only_options(what, options, known, {}); fine.has_error())
        return fine.error();
    return pairs_option(options, "labels");
}

asio::awaitable<Result<Object>> one(asio::awaitable<Result<Object>> asking, Object (*entry_of)(const Object&))
{
    auto found = co_await std::move(asking);
    if (found.has_error())
        co_return found.error();
    co_return entry_of(*found);
}

asio::awaitable<Result<Array>> all(asio::awaitable<Result<Array>> asking, Object (*entry_of)(const Object&))
{
    auto found = co_await std::move(asking);
    if (found.has_error())
        co_return found.error();
    co_return entries_of(*found, entry_of);
}

} // namespace

asio::awaitable<Result<Object>> create_volume(DockerEngine& engine, Object options)
{
    constexpr std::string_view known[] = {"name", "labels"};
    if (auto fine = only_options("docker.create_volume", options, known, {}); fine.has_error())
        co_return fine.error();
    auto wanted = named_of(options);
    if (wanted.has_error())
        co_return wanted.error();
    auto made = co_await one(docker::create_volume(engine.client(), std::move(wanted->name), std::move(wanted->labels)),
                             volume_of);
    co_return made;
}

asio::awaitable<Result<Object>> volume(DockerEngine& engine, std::string name)
{
    return one(docker::inspect_volume(engine.client(), std::move(name)), volume_of);
}

asio::awaitable<Result<Array>> volumes(DockerEngine& engine, Object options)
{
    auto labels = labels_alone("docker.volumes", options);
    if (labels.has_error())
        co_return labels.error();
    auto found = co_await all(docker::list_volumes(engine.client(), std::move(*labels)), volume_of);
    co_return found;
}

asio::awaitable<Result<void>> remove_volume(DockerEngine& engine, std::string name)
{
    return docker::remove_volume(engine.client(), std::move(name), false);
}

asio::awaitable<Result<Object>> create_network(DockerEngine& engine, Object options)
{
    constexpr std::string_view known[] = {"name", "driver", "internal", "labels"};
    if (auto fine = only_options("docker.create_network", options, known, {}); fine.has_error())
        co_return fine.error();
    auto wanted = named_of(options);
    if (wanted.has_error())
        co_return wanted.error();
    std::string driver;
    bool internal = false;
    Reading reading{options};
    reading.text(driver, "driver");
    reading.flag(internal, "internal");
    if (reading.failure())
        co_return *reading.failure();
    if (wanted->name.empty())
        co_return Failure{Errc::bad_arguments, "'name' is missing: a network has one"};
    auto id = co_await docker::create_network(engine.client(), std::move(wanted->name),
                                              driver.empty() ? "bridge" : driver, internal, std::move(wanted->labels));
    if (id.has_error())
        co_return id.error();
    auto made = co_await network(engine, std::move(*id));
    co_return made;
}

asio::awaitable<Result<Object>> network(DockerEngine& engine, std::string name)
{
    return one(docker::inspect_network(engine.client(), std::move(name)), network_of);
}

asio::awaitable<Result<Array>> networks(DockerEngine& engine, Object options)
{
    auto labels = labels_alone("docker.networks", options);
    if (labels.has_error())
        co_return labels.error();
    auto found = co_await all(docker::list_networks(engine.client(), std::move(*labels)), network_of);
    co_return found;
}

asio::awaitable<Result<void>> remove_network(DockerEngine& engine, std::string name)
{
    return docker::remove_network(engine.client(), std::move(name));
}

} // namespace forager::docker_work
