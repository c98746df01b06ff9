#include "app/agent/colony_desk.hpp"

#include "app/agent/colony_member.hpp"
#include "app/agent/executor_keys.hpp"
#include "app/agent/machine_capabilities.hpp"
#include "base/duration.hpp"
#include "clients/colonies/calls/executors.hpp"
#include "ports/within.hpp"
#include "runtime/task_group.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr std::size_t largest_crowd = 16; // others could have room for it
// For the clean-up of what the colony has cancelled: all is gone two seconds after that, and half of one goes by until
// it is noticed.
constexpr Duration longest_farewell = std::chrono::milliseconds{800};

bool has_colony(const config::ColonyConfig& colony)
{
    return !colony.host.empty() && !colony.name.empty();
}

Object shown(const colony::ColonySource::Status& status, TimePoint now)
{
    Object object{{"type", status.type},
                  {"name", status.name},
                  {"registered", status.enrolled},
                  {"running", status.running},
                  {"outbox", status.untold}};
    if (status.offers_nothing)
        object.set("trouble", "it offers no function");
    if (const auto& obstacle = status.obstacle) {
        object.set("trouble", obstacle->why);
        object.set("for", to_seconds(now - obstacle->since));
        object.set("next_try_in", to_seconds(std::max(obstacle->next_try - now, Duration{})));
    }
    return object;
}

} // namespace

Result<std::unique_ptr<ColonyDesk>> ColonyDesk::open(const config::Settings& settings, Parts parts)
{
    std::unique_ptr<ColonyDesk> desk{new ColonyDesk{std::move(parts)}};
    if (!has_colony(settings.colony))
        return desk;
    if (const auto added = desk->add_executors(settings); !added)
        return added.error();
    return desk;
}

Result<void> ColonyDesk::add_executors(const config::Settings& settings)
{
    const config::ColonyConfig& colony = settings.colony;
    if (const auto good = colonies::check_name("colony.name", colony.name); !good)
        return good;
    App& app = parts_.app;
    colonies::Client::Config server = colony_server(colony);
    server.connections = colony_calls_at_once + executors_of(settings).size(); // each has one call open for new work
    client_ = std::make_unique<colonies::Client>(app.pool(), app.clock(), server);
    const AgentLog& log = parts_.log;
    server_ = std::make_unique<colony::ServerState>(
        app.clock(), client_->peer(),
        colony::ServerState::Words{[&log](std::string_view text) { log.info(text); },
                                   [&log](std::string_view text) { log.warn(text); }});
    client_->on_left_out([&log](std::string_view text) { log.warn(text); });
    settings_.long_poll = colony.long_poll;
    settings_.machine = machine_capabilities(parts_.state_dir);
    settings_.crowd_limit = std::min(settings.agent.concurrency, largest_crowd);
    for (const config::ExecutorConfig& executor : executors_of(settings)) {
        if (given_key(executor, settings.colony).empty() && colony.owner_key.empty())
            continue; // the configuration has said so
        if (const auto added = add(settings, executor); !added)
            return added;
    }
    return {};
}

Result<void> ColonyDesk::add(const config::Settings& settings, const config::ExecutorConfig& executor)
{
    auto who = identity_of(settings, executor);
    if (!who)
        return who.error();
    App& app = parts_.app;
    executors_.emplace_back(colony::Desk{app.executor(), app.clock(), app.random(), *client_, *server_, shares_,
                                         parts_.store.records(), parts_.store.outbox(), app.scheduler(), settings_,
                                         services(), std::move(*who)});
    return {};
}

Result<colony::Identity> ColonyDesk::identity_of(const config::Settings& settings,
                                                 const config::ExecutorConfig& executor) const
{
    const config::ColonyConfig& colony = settings.colony;
    const Offer offer{executor.type, executor.functions, executor.shell, executor.session};
    const Secret given = given_key(executor, settings.colony);
    std::optional<colonies::PrivateKey> owner;
    if (!colony.owner_key.empty()) {
        auto read = read_key(colony.owner_key, "colony.owner_key");
        if (!read)
            return read.error();
        owner = std::move(*read);
    }
    std::string name = executor.name;
    if (given.empty())
        name = name_of(executor, settings.agent);
    if (!name.empty())
        if (const auto good = colonies::check_name("executor.name", name); !good)
            return good.error();
    auto key = given.empty() ? kept_key(parts_.state_dir, colony.name, name)
                             : read_key(given, executor.key.empty() ? "colony.key" : "executor.key");
    if (!key)
        return key.error();
    return colony::Identity{colony.name,       std::move(name),  offer, std::move(*key), std::move(owner),
                            executor.location, executor.pass_key};
}

colony::Services ColonyDesk::services()
{
    App& app = parts_.app;
    const AgentLog& log = parts_.log;
    colony::Services services;
    services.functions = [&app] {
        std::vector<Function> all;
        for (const Registry::EntryPtr& entry : app.registry().list())
            all.push_back(entry->function);
        return all;
    };
    services.changes = [&app] { return app.registry().changes(); };
    services.cancel = [&app](const std::string& id) { return app.scheduler().cancel(id, longest_farewell); };
    services.is_durable = [&app](const std::string& name) {
        const auto found = app.registry().find(name);
        return found && (*found)->function.durable;
    };
    services.ended = parts_.ended;
    services.info = [&log](std::string_view text) { log.info(text); };
    services.warn = [&log](std::string_view text) { log.warn(text); };
    return services;
}

asio::awaitable<Result<void>> ColonyDesk::recall()
{
    for (colony::ColonySource& executor : executors_)
        if (const auto opened = co_await executor.open(); !opened)
            co_return opened.error();
    co_return Result<void>{};
}

void ColonyDesk::start(Supervisor& loops)
{
    for (colony::ColonySource& executor : executors_)
        for (auto& [name, loop] : executor.loops())
            loops.start(std::move(name), std::move(loop));
}

bool ColonyDesk::holds(std::string_view id)
{
    return std::ranges::any_of(executors_, [&](auto& executor) { return executor.holds(id); });
}

void ColonyDesk::line(const std::string& id, std::string_view text)
{
    for (colony::ColonySource& executor : executors_)
        executor.line(id, text);
}

void ColonyDesk::pause()
{
    for (colony::ColonySource& executor : executors_)
        executor.pause();
}

void ColonyDesk::resume()
{
    for (colony::ColonySource& executor : executors_)
        executor.resume();
}

bool ColonyDesk::asks() const
{
    return std::ranges::any_of(executors_, [](const auto& executor) { return executor.asks(); });
}

void ColonyDesk::stop()
{
    for (colony::ColonySource& executor : executors_)
        executor.stop();
}

// All at once: one whose word the server does not take must not use up the others' time.
asio::awaitable<void> ColonyDesk::drain(TimePoint deadline)
{
    TaskGroup all{parts_.app.executor()};
    co_await asio::this_coro::throw_if_cancelled(false);
    for (colony::ColonySource& executor : executors_)
        all.spawn("drain", drain(executor, deadline));
    co_await all.join();
    if (untold() > 0)
        parts_.log.warn("the colony server has not heard all outcomes: it hears them after the next start",
                        {{"outcomes", untold()}});
}

asio::awaitable<void> ColonyDesk::drain(colony::ColonySource& executor, TimePoint deadline)
{
    (void)co_await within(parts_.app.clock(), deadline, executor.drain());
}

std::size_t ColonyDesk::untold() const
{
    std::size_t untold = 0;
    for (const colony::ColonySource& executor : executors_)
        untold += executor.status().untold;
    return untold;
}

std::size_t ColonyDesk::running() const
{
    std::size_t running = 0;
    for (const colony::ColonySource& executor : executors_)
        running += executor.status().running;
    return running;
}

Object ColonyDesk::status() const
{
    if (!client_)
        return {};
    Array executors;
    for (const colony::ColonySource& one : executors_)
        executors.push_back(shown(one.status(), parts_.app.now()));
    return {{"server", client_->peer()},
            {"trouble", server_->trouble()},
            {"for", to_seconds(parts_.app.now() - server_->since())},
            {"executors", std::move(executors)}};
}

} // namespace forager
