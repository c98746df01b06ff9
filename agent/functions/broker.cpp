// The family broker: what the container channels ask for, for everybody.
#include "functions/broker.hpp"
#include "functions/broker_function.hpp"
#include "functions/builtin.hpp"
#include "functions/builtin_function.hpp"
#include "functions/lines_to_observer.hpp"
#include "functions/log_channel.hpp"

#include "core/options.hpp"
#include "io/beside.hpp"
#include "ports/cancellation.hpp"
#include "ports/within.hpp"
#include "primitives/docker/containers.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_runs = 32; // that wait for an end: who wants to stop one must get a place

class BrokerFunction final : public Handler {
public:
    BrokerFunction(const DockerAccess& docker, const BrokerAccess& brokers,
                   std::shared_ptr<ContainerBeginnings> beginnings, ContainerAction action, BrokerFamily::Code code)
        : docker_{docker}, brokers_{brokers}, beginnings_{std::move(beginnings)}, action_{action}, code_{code}
    {
    }

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        if (!invocation.args.empty())
            co_return Failure{Errc::bad_arguments, invocation.function + " takes keyword arguments alone, as name=web"};
        auto request = container_request(action_, invocation.kwargs);
        if (!request)
            co_return request.error();
        const auto engine = docker_();
        if (!engine)
            co_return engine.error();
        LinesToObserver lines{invocation, observer};
        BrokerWork work{**engine, *beginnings_, invocation, lines, std::move(*request)};
        const bool is_logged = option(work.request.fields, "log_channel") != nullptr;
        auto outcome = co_await (is_logged ? logged(std::move(work)) : code_(std::move(work)));
        co_return outcome;
    }

private:
    // Its lines are told on a channel while it works, all of them before its answer.
    asio::awaitable<Outcome> logged(BrokerWork work)
    {
        const Object& fields = work.request.fields;
        const auto desk = brokers_(part<std::string>(fields, "broker"));
        if (!desk)
            co_return desk.error();
        const Value* id = option(fields, "id");
        const auto executor = co_await asio::this_coro::executor;
        LogChannel told{
            executor, **desk, work.lines, {part<std::string>(fields, "log_channel"), id == nullptr ? Value{} : *id}};
        BrokerWork telling{work.engine, work.beginnings, work.invocation, told, std::move(work.request)};
        auto outcome = co_await beside(told.run(), and_told(std::move(telling), told));
        co_return outcome;
    }

    asio::awaitable<Outcome> and_told(BrokerWork work, LogChannel& told)
    {
        constexpr Duration patience = std::chrono::seconds{2};
        Clock& clock = work.engine.clock();
        Outcome outcome = co_await code_(std::move(work));
        (void)co_await within(clock, clock.now() + patience, told.emptied());
        co_return outcome;
    }

    const DockerAccess& docker_;
    const BrokerAccess& brokers_;
    std::shared_ptr<ContainerBeginnings> beginnings_;
    ContainerAction action_;
    BrokerFamily::Code code_;
};

struct Found {
    std::string name;
    bool runs = false;

    Found() = default;
    Found(std::string name, bool runs) : name{std::move(name)}, runs{runs} {}
};

std::string in_words(const ContainerRequest& request)
{
    const char* how = request.match == NameMatch::prefix ? " whose name begins with '" : " whose name contains '";
    return (request.match == NameMatch::exact ? std::string{" '"} : std::string{how}) + request.name + "'";
}

// Failures: not_found, where no container is meant.
asio::awaitable<Result<std::vector<Found>>> find(DockerEngine& engine, ContainerRequest request)
{
    auto containers = co_await docker_work::list(engine, {{"all", true}});
    if (!containers)
        co_return containers.error();
    std::vector<Found> found;
    for (const Value& container : *containers) {
        const auto* object = container.get<Object>();
        const auto name = object == nullptr ? std::string{} : part<std::string>(*object, "name");
        if (object != nullptr && fits(name, request.name, request.match))
            found.emplace_back(name, part<std::string>(*object, "state") == "running");
    }
    if (found.empty())
        co_return Failure{Errc::not_found,
                          "there is no container" + in_words(request) + ": 'docker ps --all' lists those there are"};
    std::ranges::sort(found, {}, &Found::name);
    co_return found;
}

// What was done to each, one in a line, unless something went wrong.
class Deeds {
public:
    void add(const std::string& name, const Result<bool>& done)
    {
        if (!done)
            failure_ =
                failure_ ? failure_ : std::optional{Failure{done.error().code, name + ": " + done.error().message}};
        else if (*done)
            names_.push_back(name);
    }

    Outcome told() const
    {
        std::string lines;
        Array list;
        for (const std::string& name : names_) {
            lines += name + "\n";
            list.emplace_back(name);
        }
        if (failure_) {
            Failure failure = *failure_;
            failure.details.set("containers", std::move(list));
            return failure;
        }
        return Outputs{Value{Object{{"output", std::move(lines)}, {"containers", std::move(list)}}}};
    }

private:
    std::vector<std::string> names_;
    std::optional<Failure> failure_;
};

asio::awaitable<Outcome> start(BrokerWork work)
{
    auto found = co_await find(work.engine, work.request);
    if (!found)
        co_return found.error();
    Deeds deeds;
    for (const Found& one : *found) {
        if (one.runs)
            continue;
        const auto started = co_await docker_work::start(work.engine, one.name);
        deeds.add(one.name, started);
    }
    co_return deeds.told();
}

asio::awaitable<Outcome> close(BrokerWork work)
{
    co_await work.beginnings.over(work.request.name);
    auto found = co_await find(work.engine, work.request);
    if (!found)
        co_return found.error();
    Object options;
    for (const Member& member : work.request.fields)
        if (member.name == "timeout" || member.name == "remove")
            options.append(member.name, member.value);
    const bool removes = part<bool>(work.request.fields, "remove");
    Deeds deeds;
    for (const Found& one : *found) {
        const auto stopped = co_await docker_work::stop(work.engine, one.name, options);
        deeds.add(one.name, stopped ? Result<bool>{*stopped || removes} : stopped);
    }
    co_return deeds.told();
}

} // namespace

ContainerBeginnings::Mark::Mark(ContainerBeginnings& all, std::string name) : all_{all}, name_{std::move(name)}
{
    ++all_.names_[name_];
}

void ContainerBeginnings::Mark::over()
{
    if (std::exchange(is_over_, true))
        return;
    const auto found = all_.names_.find(name_);
    if (--found->second > 0)
        return;
    all_.names_.erase(found);
    all_.waiters_.wake_all();
}

asio::awaitable<void> ContainerBeginnings::over(std::string name)
{
    while (names_.contains(name)) {
        const bool woken = co_await waiters_.wait();
        if (!woken)
            throw_cancelled();
    }
}

void BrokerFamily::add(ContainerAction action, std::string doc, Code code)
{
    Function function;
    function.name = std::ranges::find(container_channels(), action, &ContainerChannel::action)->function;
    function.doc = std::move(doc);
    function.variadic = true;
    function.raw = true;
    if (action == ContainerAction::run)
        function.concurrency = most_runs;
    add_function(registry_, std::move(function),
                 std::make_shared<BrokerFunction>(docker_, brokers_, beginnings_, action, code));
}

void add_broker(Registry& registry, const DockerAccess& docker, const BrokerAccess& brokers)
{
    BrokerFamily family{registry, docker, brokers};
    add_broker_containers(family);
    family.add(ContainerAction::start,
               "Starts containers that do not run; gives { output, containers }: their names. Keywords: name, "
               "exact_value (false: all whose name begins so), match.",
               start);
    family.add(ContainerAction::close,
               "Stops containers; gives { output, containers }: the names of those that ran. Keywords: name, "
               "exact_value, match, timeout, remove.",
               close);
}

} // namespace forager
