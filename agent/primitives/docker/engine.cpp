#include "primitives/docker/engine.hpp"

#include "base/ids.hpp"
#include "clients/docker/containers.hpp"
#include "primitives/docker/left_commands.hpp"
#include "primitives/files/temporary_file.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr const char* home_label = "forager.home";
constexpr const char* owner_label = "forager.owner";

} // namespace

DockerEngine::DockerEngine(BlockingPool& pool, Clock& clock, Config config)
    : pool_{pool}, clock_{clock}, config_{std::move(config)}, client_{pool, clock, config_.client}
{
}

std::string DockerEngine::socket() const
{
    constexpr std::string_view local = "unix://";
    const std::string& host = config_.client.host;
    return host.starts_with(local) ? host.substr(local.size()) : "";
}

docker::Pairs DockerEngine::labels_of_ours() const
{
    return {{home_label, config_.home}, {owner_label, config_.owner}};
}

std::string DockerEngine::fresh_mark()
{
    return beginning_of_marks() + config_.owner + " " + std::to_string(++marks_) + ";";
}

std::string DockerEngine::beginning_of_marks() const
{
    return derived_id(config_.home, "commands") + " ";
}

asio::awaitable<Result<std::size_t>> DockerEngine::sweep_commands()
{
    docker_work::LeftBy whose{beginning_of_marks(), [this](const std::string& owner) { return is_dead(owner); }};
    auto ended = co_await docker_work::end_left_commands(client_, clock_, std::move(whose));
    swept_commands_ = swept_commands_ || ended.has_value();
    co_return ended;
}

asio::awaitable<Result<void>> DockerEngine::ready_for_commands()
{
    if (!swept_commands_)
        if (auto swept = co_await sweep_commands(); swept.has_error())
            co_return swept.error();
    co_return Result<void>{};
}

asio::awaitable<Result<std::size_t>> DockerEngine::sweep()
{
    co_await pool_.run([] {
        remove_left_files();
        return true;
    });
    docker::Filter filter;
    filter.labels = {{home_label, config_.home}};
    auto containers = co_await docker::list(client_, std::move(filter));
    if (containers.has_error())
        co_return containers.error();
    std::size_t count = 0;
    for (const Value& container : *containers) {
        const auto* object = container.get<Object>();
        if (object == nullptr)
            continue;
        const auto owner = part<std::string>(part<Object>(*object, "Labels"), owner_label);
        if (!is_dead(owner))
            continue;
        if (config_.keeps && kept_.take_up(*object))
            continue;
        docker::Removal removal;
        removal.force = true;
        auto removed = co_await docker::remove(client_, part<std::string>(*object, "Id"), removal);
        if (removed.has_error())
            co_return removed.error();
        ++count;
    }
    swept_ = true;
    co_return count;
}

asio::awaitable<Result<void>> DockerEngine::ready()
{
    if (!swept_)
        if (auto swept = co_await sweep(); swept.has_error())
            co_return swept.error();
    auto paid = co_await pay();
    co_return paid;
}

asio::awaitable<Result<void>> DockerEngine::pay()
{
    while (!owed_.empty()) {
        docker::Removal removal;
        removal.force = true;
        const std::string id = owed_.back();
        auto removed = co_await docker::remove(client_, id, removal);
        if (removed.has_error())
            co_return removed.error();
        std::erase(owed_, id);
    }
    co_return Result<void>{};
}

} // namespace forager
