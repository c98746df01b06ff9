#include "primitives/docker/left_commands.hpp"

#include "clients/docker/containers.hpp"
#include "clients/docker/exec.hpp"
#include "io/few_at_once.hpp"
#include "ports/within.hpp"
#include "primitives/docker/marked.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_at_once = 8;
constexpr Duration longest_look = std::chrono::seconds{20}; // into one container

/// One look at all containers.
class Looking {
public:
    Looking(docker::Client& client, Clock& clock, LeftBy whose)
        : client_{client}, clock_{clock}, whose_{std::move(whose)}
    {
    }

    asio::awaitable<Result<std::size_t>> work();

private:
    asio::awaitable<bool> look_at(std::size_t index);
    asio::awaitable<Result<bool>> look_into(std::string container);
    asio::awaitable<Result<std::set<Inside>>> commands_in(std::string container);
    asio::awaitable<Result<bool>> end_in(Inside where);

    docker::Client& client_;
    Clock& clock_;
    LeftBy whose_;
    Array containers_;
    std::size_t ended_ = 0;
    std::optional<Failure> problem_;
};

asio::awaitable<Result<std::size_t>> Looking::work()
{
    docker::Filter running;
    running.all = false;
    auto listed = co_await docker::list(client_, std::move(running));
    if (listed.has_error())
        co_return listed.error();
    containers_ = std::move(*listed);
    co_await few_at_once(most_at_once, containers_.size(), [this](std::size_t index) { return look_at(index); });
    if (problem_)
        co_return *problem_;
    co_return ended_;
}

// A container that cannot be looked into stands in nobody's way.
asio::awaitable<bool> Looking::look_at(std::size_t index)
{
    const auto* listed = containers_[index].get<Object>();
    if (listed == nullptr)
        co_return true;
    const TimePoint deadline = clock_.now() + longest_look;
    auto done = co_await within(clock_, deadline, look_into(part<std::string>(*listed, "Id")), "");
    if (done.has_error() && done.error().code == Errc::unreachable)
        problem_ = done.error();
    co_return !problem_;
}

asio::awaitable<Result<bool>> Looking::look_into(std::string container)
{
    const auto commands = co_await commands_in(std::move(container));
    if (commands.has_error())
        co_return commands.error();
    for (const Inside& where : *commands)
        if (auto done = co_await end_in(where); done.has_error())
            co_return done.error();
    co_return true;
}

// As whom commands run there.
asio::awaitable<Result<std::set<Inside>>> Looking::commands_in(std::string container)
{
    std::set<Inside> found;
    const auto inspected = co_await docker::inspect(client_, container);
    if (inspected.has_error())
        co_return inspected.error();
    for (const Value& id : part<Array>(*inspected, "ExecIDs")) {
        const auto* text = id.get<std::string>();
        const auto state = co_await docker::inspect_exec(client_, text == nullptr ? std::string{} : *text);
        if (state.has_value() && state->running)
            found.insert({container, state->user, state->privileged});
    }
    co_return found;
}

asio::awaitable<Result<bool>> Looking::end_in(Inside where)
{
    const auto marks = co_await marks_in(client_, where, whose_.beginning);
    if (marks.has_error())
        co_return marks.error();
    for (const std::string& mark : *marks) {
        const std::string owner = mark.substr(0, mark.rfind(' '));
        if (!whose_.is_dead(owner))
            continue;
        const auto ended = co_await end_marked(client_, where, whose_.beginning + mark + ";");
        if (ended.has_error())
            co_return ended.error();
        if (*ended)
            ++ended_;
    }
    co_return true;
}

} // namespace

asio::awaitable<Result<std::size_t>> end_left_commands(docker::Client& client, Clock& clock, LeftBy whose)
{
    Looking looking{client, clock, std::move(whose)};
    auto ended = co_await looking.work();
    co_return ended;
}

} // namespace forager::docker_work
