#include "app/agent/agent_http.hpp"

#include "app/agent/hook_list.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

asio::awaitable<Outcome> inside(Gate& gate, asio::awaitable<Outcome> work)
{
    const Gate::Inside passed = gate.pass();
    Outcome outcome = co_await std::move(work);
    co_return outcome;
}

} // namespace

Result<void> AgentHttp::open(const config::HttpConfig& http, const config::LimitsConfig& limits, Parts parts)
{
    if (http.listen.empty())
        return {};
    Gate& gate = parts.gate;
    HookSource::Parts hooks{
        parts.clock, parts.queue,
        [&gate, call = std::move(parts.call)](Invocation work) { return inside(gate, call(std::move(work))); },
        [this](const std::string& message) { log_.warn(message); },
        [&gate] { return std::string{gate.is_shut() ? drained : ""}; }};
    auto opened = HttpDoor::open(
        http, limits,
        {parts.executor, parts.clock, log_, std::move(hooks), std::move(parts.trouble),
         [this, metrics = std::move(parts.metrics)](MetricsText::Form form) { return metrics(*door_, form); },
         std::move(parts.page)});
    if (!opened)
        return opened.error();
    door_ = std::move(*opened);
    log_.info("HTTP is answered", {{"address", door_->address()}});
    return {};
}

void AgentHttp::serve(const std::vector<scripting::Watcher>& watchers)
{
    std::vector<Hook> hooks = hooks_of(watchers, log_);
    if (door_) {
        door_->serve(std::move(hooks));
        door_->renew_certificate();
    } else if (!hooks.empty()) {
        log_.warn("scripts have HTTP hooks, and nobody can call them: [http] listen is not set",
                  {{"hooks", hooks.size()}});
    }
}

void AgentHttp::ready()
{
    if (door_)
        door_->ready();
}

void AgentHttp::stopping()
{
    if (door_)
        door_->stopping();
}

asio::awaitable<void> AgentHttp::close(TimePoint deadline)
{
    if (door_)
        co_await door_->close(deadline);
}

} // namespace forager
