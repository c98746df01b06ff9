#include "primitives/replicas/docker_replicas.hpp"

#include "base/text.hpp"
#include "clients/docker/containers.hpp"
#include "clients/docker/events.hpp"
#include "clients/docker/refusal.hpp"
#include "ports/with_grace.hpp"
#include "primitives/docker/engine.hpp"
#include "primitives/docker/making.hpp"
#include "primitives/docker/permitted_limits.hpp"
#include "primitives/replicas/docker_forms.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>

namespace forager::replicas {

namespace asio = boost::asio;
using docker::ContainerState;
using docker_work::Making;
using reconcile::Deployment;
using reconcile::Instance;
using reconcile::Key;

namespace {

constexpr Duration grace_to_remove = std::chrono::seconds{10};

docker_work::Asker asker_of(const Key& key)
{
    docker_work::Asker asker;
    asker.source = key.origin.empty() ? "reconcile" : key.origin;
    asker.functions = {"reconcile"};
    return asker;
}

// The engine calls a program that is not in the image a bad question, or not found: its caller did not ask badly.
Failure refused(Failure failure)
{
    if (failure.code == Errc::not_found || failure.code == Errc::bad_arguments)
        failure.code = Errc::refused;
    return failure;
}

bool is_taken(const Failure& failure)
{
    constexpr int conflict = 409;
    return docker::status_of(failure) == conflict && failure.message.find("already in use") != std::string::npos;
}

bool is_silent(const Failure& failure)
{
    return failure.code == Errc::unreachable || failure.code == Errc::timed_out;
}

Failure strangers(const std::string& name)
{
    return {Errc::refused, "the name '" + name + "' is taken by a container that is not of this document: it is left " +
                               "alone; remove it or rename the document"};
}

// Nothing: it has gone meanwhile.
asio::awaitable<Result<std::optional<Object>>> look_at(docker::Client& client, std::string id)
{
    auto inspected = co_await docker::inspect(client, std::move(id));
    if (inspected.has_value())
        co_return std::optional{std::move(*inspected)};
    if (inspected.error().code == Errc::not_found)
        co_return std::optional<Object>{};
    co_return inspected.error();
}

// The last line of what it has printed, for people: it is removed soon, and its output with it.
asio::awaitable<std::string> last_words(docker::Client& client, std::string id, bool tty)
{
    constexpr std::size_t most = 300;
    docker::LogQuery query;
    query.last = 1;
    auto stream = co_await docker::logs(client, std::move(id), std::move(query), tty);
    std::string words;
    while (stream.has_value() && words.size() < most) {
        const auto piece = co_await stream->read();
        if (piece.has_error() || !*piece)
            break;
        words += (*piece)->bytes;
    }
    words.resize(std::min(words.size(), most));
    co_return std::string{trimmed(printable(words))};
}

asio::awaitable<Result<void>> remove(docker::Client& client, std::string id)
{
    docker::Removal removal;
    removal.force = true;
    auto removed = co_await docker::remove(client, std::move(id), removal);
    if (removed.has_error())
        co_return removed.error();
    co_return Result<void>{};
}

/// One replica, from nothing to running.
class Beginning {
public:
    Beginning(DockerEngine& engine, const Deployment& wanted, const NewReplica& replica)
        : engine_{engine}, key_{wanted.key}, name_{replica.name}
    {
        making_.asker = asker_of(wanted.key);
        making_.spec = docker_forms::container_of(wanted, replica);
        // There is no word for it in documents: images keep what their programs are used to, where that is allowed.
        making_.spec.new_privileges = engine.policy_for(making_.asker).new_privileges;
    }

    asio::awaitable<Result<void>> begin()
    {
        if (auto allowed = docker_work::permit_staying(engine_.policy_for(making_.asker)); allowed.has_error())
            co_return allowed.error();
        auto id = co_await docker_work::make(engine_, making_);
        if (id.has_error() && is_taken(id.error())) {
            auto is_free = co_await make_room();
            if (is_free.has_error())
                co_return is_free.error();
            if (!*is_free)
                co_return Result<void>{};
            id = co_await docker_work::make(engine_, making_);
        }
        if (id.has_error())
            co_return refused(id.error());
        auto started = co_await start(std::move(*id));
        co_return started;
    }

private:
    /// Whether there is room now: else it runs already.
    asio::awaitable<Result<bool>> make_room()
    {
        const auto present = co_await look_at(engine_.client(), name_);
        if (present.has_error())
            co_return present.error();
        if (!*present)
            co_return true;
        const ContainerState state = docker::state_in(**present);
        if (!docker_forms::is_of(key_, state.labels))
            co_return strangers(name_);
        if (state.running)
            co_return false;
        auto removed = co_await remove(engine_.client(), state.id);
        if (removed.has_error())
            co_return removed.error();
        co_return true;
    }

    asio::awaitable<Result<void>> start(std::string id)
    {
        auto started = co_await docker::start(engine_.client(), id);
        if (started.has_value())
            co_return Result<void>{};
        (void)co_await with_grace(engine_.clock(), grace_to_remove, remove(engine_.client(), std::move(id)));
        co_return refused(started.error());
    }

    DockerEngine& engine_;
    Key key_;
    std::string name_;
    Making making_;
};

asio::awaitable<Result<docker::EventStream>> open_events(DockerEngine& engine, WallTime now)
{
    // The engine's answer begins a moment before it listens; what happens between is told again. Its clock may be
    // another machine's: then there is nothing to lose but that moment.
    constexpr Duration before = std::chrono::seconds{2};
    docker::EventFilter filter;
    filter.types = {"container"};
    filter.actions = {"create", "start", "die", "destroy", "health_status", "pause", "unpause", "rename"};
    filter.labels = {{std::string{docker_forms::kind_label}, ""}};
    auto events =
        co_await docker::events(engine.client(), (now - before).time_since_epoch().count(), std::move(filter));
    co_return events;
}

} // namespace

std::string DockerReplicas::place() const
{
    const auto engine = engine_();
    return engine.has_value() ? (*engine)->client().peer() : "";
}

Result<void> DockerReplicas::check(const Deployment& wanted) const
{
    return docker_forms::check(wanted);
}

// Engines tell of an end before their lists do: of whom something was heard, only a closer look says the truth.
asio::awaitable<Result<std::vector<Instance>>> DockerReplicas::list(Key key)
{
    auto engine = engine_();
    if (engine.has_error())
        co_return engine.error();
    docker::Client& client = (*engine)->client();
    const auto containers = co_await docker::list(client, docker_forms::filter_of(key));
    if (containers.has_error())
        co_return containers.error();
    std::vector<Instance> instances;
    for (const Value& container : *containers) {
        const auto* object = container.get<Object>();
        if (object == nullptr || !docker_forms::is_of(key, part<Object>(*object, "Labels")))
            continue;
        docker_forms::Listed listed = docker_forms::read(*object);
        const auto& known = known_[key];
        if (const auto times = known.find(listed.instance.id); listed.is_told_all && times != known.end()) {
            listed.instance.created = times->second.created;
            listed.instance.started = times->second.started;
            instances.push_back(std::move(listed.instance));
            continue;
        }
        auto looked_at = co_await look(client, key, std::move(listed.instance));
        if (looked_at.has_error())
            co_return looked_at.error();
        if (*looked_at)
            instances.push_back(std::move(**looked_at));
    }
    forget_others(key, instances);
    std::ranges::sort(instances, {}, &Instance::name);
    co_return instances;
}

// Nothing: it has gone meanwhile.
asio::awaitable<Result<std::optional<Instance>>> DockerReplicas::look(docker::Client& client, Key key,
                                                                      Instance instance)
{
    forget(key, instance.id);
    const std::uint64_t heard_before = heard_;
    const auto inspected = co_await look_at(client, instance.id);
    if (inspected.has_error())
        co_return inspected.error();
    if (!*inspected)
        co_return std::optional<Instance>{};
    docker_forms::complete(instance, **inspected, clock_.wall());
    if (instance.state == Instance::State::running && heard_ == heard_before)
        known_[key][instance.id] = {instance.created, instance.started};
    if (instance.exit_code.value_or(0) != 0) {
        const std::string words = co_await last_words(client, instance.id, docker::state_in(**inspected).tty);
        if (!words.empty())
            instance.trouble += ", after it said: " + words;
    }
    co_return std::optional{std::move(instance)};
}

void DockerReplicas::forget(const Key& key, const std::string& id)
{
    if (const auto known = known_.find(key); known != known_.end())
        known->second.erase(id);
}

void DockerReplicas::forget_others(const Key& key, const std::vector<Instance>& instances)
{
    const auto known = known_.find(key);
    if (known == known_.end())
        return;
    std::erase_if(known->second, [&](const auto& entry) {
        return std::ranges::find(instances, entry.first, &Instance::id) == instances.end();
    });
    if (known->second.empty())
        known_.erase(known);
}

asio::awaitable<Result<void>> DockerReplicas::start(Deployment wanted, NewReplica replica)
{
    auto engine = engine_();
    if (engine.has_error())
        co_return engine.error();
    Beginning beginning{**engine, wanted, replica};
    auto begun = co_await beginning.begin();
    co_return begun;
}

// What it is called says nothing: it may be somebody else's by now, and so may its id's beginning.
asio::awaitable<Result<void>> DockerReplicas::stop(Deployment wanted, Instance instance)
{
    auto engine = engine_();
    if (engine.has_error())
        co_return engine.error();
    docker::Client& client = (*engine)->client();
    const auto present = co_await look_at(client, instance.id);
    if (present.has_error())
        co_return present.error();
    if (!*present)
        co_return Result<void>{};
    const ContainerState state = docker::state_in(**present);
    if (!docker_forms::is_of(wanted.key, state.labels))
        co_return strangers(state.name);
    if (state.running) {
        const auto stopped = co_await docker::stop(client, state.id, wanted.grace);
        if (stopped.has_error() && is_silent(stopped.error())) // else it is killed at once
            co_return stopped.error();
    }
    auto removed = co_await remove(client, state.id);
    co_return removed;
}

asio::awaitable<Result<std::vector<Key>>> DockerReplicas::keys(std::string origin)
{
    auto engine = engine_();
    if (engine.has_error())
        co_return engine.error();
    docker::Filter filter;
    filter.labels = {{std::string{docker_forms::kind_label}, ""}};
    const auto containers = co_await docker::list((*engine)->client(), std::move(filter));
    if (containers.has_error())
        co_return containers.error();
    std::set<Key> found;
    for (const Value& container : *containers) {
        const auto* object = container.get<Object>();
        const auto key = object == nullptr ? std::nullopt : docker_forms::key_in(part<Object>(*object, "Labels"));
        if (key && key->origin == origin)
            found.insert(*key);
    }
    co_return std::vector<Key>{found.begin(), found.end()};
}

asio::awaitable<Failure> DockerReplicas::watch(std::function<void(const Key& key)> changed)
{
    auto engine = engine_();
    if (engine.has_error())
        co_return engine.error();
    auto events = co_await open_events(**engine, clock_.wall());
    if (events.has_error())
        co_return events.error();
    known_.clear();
    ++heard_;
    changed({});
    for (;;) {
        const auto event = co_await events->next();
        if (event.has_error())
            co_return event.error();
        if (!*event)
            co_return Failure{Errc::unreachable, "the Docker engine has gone"};
        const auto key = docker_forms::key_in((*event)->attributes);
        if (!key)
            continue;
        ++heard_;
        forget(*key, (*event)->id);
        changed(*key);
    }
}

} // namespace forager::replicas
