#include "primitives/docker/making.hpp"

#include "clients/docker/containers.hpp"
#include "clients/docker/refusal.hpp"
#include "ports/with_grace.hpp"
#include "primitives/docker/options.hpp"
#include "primitives/docker/permission.hpp"
#include "primitives/docker/permitted_limits.hpp"
#include "primitives/docker/reading.hpp"

#include <chrono>
#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;

namespace {

constexpr Duration grace_to_create = std::chrono::seconds{10}; // its id must be known, or it stays

constexpr std::string_view making_options[] = {"pull", "on_conflict"};

Result<Conflict> conflict_option(const Object& options)
{
    auto word = text_option(options, "on_conflict");
    if (word.has_error())
        return word.error();
    if (!*word || **word == "fail")
        return Conflict::fail;
    if (**word == "keep")
        return Conflict::keep;
    if (**word == "replace")
        return Conflict::replace;
    return Failure{Errc::bad_arguments, R"('on_conflict' must be "fail", "keep" or "replace")"};
}

// An engine that is told to make a container makes it, whether or not the asker is still there.
asio::awaitable<Result<std::string>> create(DockerEngine& engine, const docker::ContainerSpec& spec)
{
    return with_grace(engine.clock(), grace_to_create, docker::create(engine.client(), spec));
}

bool lacks_image(const Result<std::string>& id)
{
    return id.has_error() && id.error().code == Errc::not_found &&
           id.error().message.find("No such image") != std::string::npos;
}

bool is_taken(const Result<std::string>& id)
{
    constexpr int conflict = 409;
    return id.has_error() && docker::status_of(id.error()) == conflict &&
           id.error().message.find("already in use") != std::string::npos;
}

// Links of this machine's paths are looked at, on a thread that may wait for a disk.
asio::awaitable<Result<void>> permit(DockerEngine& engine, const Policy& policy, docker::ContainerSpec& spec)
{
    const std::string socket = engine.socket();
    if (spec.mounts.empty())
        co_return permit_container(policy, socket, spec);
    auto allowed = co_await engine.pool().run([&] { return permit_container(policy, socket, spec); });
    co_return allowed;
}

asio::awaitable<Result<Slot>> take_slot(DockerEngine& engine, const Policy& policy)
{
    if (policy.containers == 0)
        co_return Slot{};
    Slot slot = engine.slots().begin(policy.name);
    docker::Filter filter;
    filter.labels = {{std::string{policy_label}, policy.name}};
    auto present = co_await docker::list(engine.client(), std::move(filter));
    if (present.has_error())
        co_return present.error();
    if (auto allowed = permit_one_more(policy, engine.slots().others(slot, *present)); allowed.has_error())
        co_return allowed.error();
    co_return slot;
}

asio::awaitable<Result<std::string>> id_of(DockerEngine& engine, std::string name)
{
    auto inspected = co_await docker::inspect(engine.client(), std::move(name));
    if (inspected.has_error())
        co_return inspected.error();
    co_return part<std::string>(*inspected, "Id");
}

asio::awaitable<Result<std::string>> beside_its_namesake(DockerEngine& engine, const Making& making, Failure taken)
{
    if (making.conflict == Conflict::fail)
        co_return taken;
    if (making.conflict == Conflict::keep) {
        auto present = co_await id_of(engine, making.spec.name);
        co_return present;
    }
    docker::Removal removal;
    removal.force = true;
    auto removed = co_await docker::remove(engine.client(), making.spec.name, removal);
    if (removed.has_error())
        co_return removed.error();
    auto id = co_await create(engine, making.spec);
    co_return id;
}

} // namespace

Result<Making> making_of(std::string_view what, const Object& options, const Invocation& invocation)
{
    if (auto known = only_options(what, options, container_options(), making_options); known.has_error())
        return known.error();
    Making making;
    Reading reading{options};
    reading.into(making.spec, container_of);
    reading.into(making.pull, pull_option);
    reading.into(making.conflict, conflict_option);
    if (reading.failure())
        return *reading.failure();
    add_origin(making, invocation);
    return making;
}

void add_origin(Making& making, const Invocation& invocation)
{
    making.asker = asker_of(invocation);
    making.spec.labels.emplace_back("forager.invocation", invocation.id);
    making.spec.labels.emplace_back("forager.function", invocation.function);
}

// The usual case asks nothing about the image first: the engine says when it has none.
asio::awaitable<Result<std::string>> make(DockerEngine& engine, Making making)
{
    const Policy& policy = engine.policy_for(making.asker);
    if (auto allowed = co_await permit(engine, policy, making.spec); allowed.has_error())
        co_return allowed.error();
    auto slot = co_await take_slot(engine, policy);
    if (slot.has_error())
        co_return slot.error();
    for (auto& label : slot->labels())
        making.spec.labels.push_back(std::move(label));
    const auto& spec = making.spec;
    if (making.pull == Pull::always)
        if (auto pulled = co_await pull(engine, spec.image, spec.platform, making.lines); pulled.has_error())
            co_return pulled.error();
    auto id = co_await create(engine, spec);
    if (lacks_image(id) && making.pull == Pull::missing) {
        if (auto pulled = co_await pull(engine, spec.image, spec.platform, making.lines); pulled.has_error())
            co_return pulled.error();
        id = co_await create(engine, spec);
    }
    if (is_taken(id))
        id = co_await beside_its_namesake(engine, making, id.error());
    co_return id;
}

} // namespace forager::docker_work
