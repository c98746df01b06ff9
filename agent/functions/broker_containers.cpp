// broker.create and broker.run: containers made, built and started by message.
#include "functions/broker.hpp"
#include "functions/broker_function.hpp"

#include "base/duration.hpp"
#include "base/ids.hpp"
#include "io/entropy.hpp"
#include "ports/within.hpp"
#include "primitives/docker/building.hpp"
#include "primitives/docker/containers.hpp"
#include "primitives/docker/named_run.hpp"

#include <fstream>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// As upstream took it; empty: the machine does not say.
std::string zone_of_this_machine()
{
    std::ifstream file{"/etc/timezone"};
    std::string zone;
    std::getline(file, zone);
    return zone;
}

Result<WantedContainer> wanted_by(const ContainerRequest& request, const Invocation& invocation)
{
    SystemRandom random;
    const std::uint64_t high = random.next();
    const std::uint64_t low = random.next();
    return wanted_container(request, invocation, make_id(high, low), zone_of_this_machine());
}

// A container that does not run and is of an image that was built anew gives way, unless the message says otherwise.
asio::awaitable<void> let_new_image_win(DockerEngine& engine, WantedContainer& wanted, std::string image)
{
    if (wanted.conflict_given)
        co_return;
    auto present = co_await docker_work::inspect_whole(engine, wanted.making.spec.name);
    if (!present)
        co_return;
    const bool runs = part<bool>(part<Object>(*present, "State"), "Running");
    if (!runs && part<std::string>(*present, "Image") != image)
        wanted.making.conflict = docker_work::Conflict::replace;
}

asio::awaitable<Result<void>> build_first(DockerEngine& engine, WantedContainer& wanted, LineSink& lines)
{
    if (!wanted.build)
        co_return Result<void>{};
    auto built =
        co_await docker_work::build_when_changed(engine, wanted.making.asker, std::move(*wanted.build), &lines);
    if (!built)
        co_return built.error();
    auto image = co_await docker_work::image(engine, wanted.making.spec.image);
    if (!image)
        co_return image.error();
    co_await let_new_image_win(engine, wanted, part<std::string>(*image, "id"));
    co_return Result<void>{};
}

asio::awaitable<Result<docker_work::Started>> build_and_start(DockerEngine& engine, WantedContainer wanted,
                                                              std::string mark, LineSink& lines)
{
    if (auto built = co_await build_first(engine, wanted, lines); !built)
        co_return built.error();
    auto started = co_await docker_work::start_named(engine, std::move(wanted.making), std::move(mark));
    co_return started;
}

asio::awaitable<Outcome> create(BrokerWork work)
{
    const ContainerBeginnings::Mark beginning{work.beginnings, work.request.name};
    auto wanted = wanted_by(work.request, work.invocation);
    if (!wanted)
        co_return wanted.error();
    wanted->making.lines = &work.lines;
    const auto limit = wanted->timeout;
    const auto deadline = limit ? std::optional{work.engine.clock().now() + *limit} : std::nullopt;
    auto starting = build_and_start(work.engine, std::move(*wanted), work.invocation.id, work.lines);
    auto started = co_await within(work.engine.clock(), deadline, std::move(starting),
                                   "the container " + work.request.name + " was not started within its 'timeout'");
    if (!started)
        co_return started.error();
    co_return Outputs{Value{Object{{"output", started->id + "\n"},
                                   {"container", work.request.name},
                                   {"new", started->is_new},
                                   {"was_running", started->was_running}}}};
}

Outcome with_output(Result<docker_work::NamedEnd> end)
{
    if (!end)
        return end.error();
    Completed& done = end->done;
    Object told{{"output", std::move(done.out)},
                {"stderr", std::move(done.err)},
                {"exit_code", done.code},
                {"seconds", to_seconds(done.elapsed)}};
    end->add_to(told);
    return Outputs{Value{std::move(told)}};
}

asio::awaitable<Outcome> run(BrokerWork work)
{
    ContainerBeginnings::Mark beginning{work.beginnings, work.request.name};
    auto wanted = wanted_by(work.request, work.invocation);
    if (!wanted)
        co_return wanted.error();
    if (auto built = co_await build_first(work.engine, *wanted, work.lines); !built)
        co_return built.error();
    docker_work::NamedRun named;
    named.making = std::move(wanted->making);
    named.making.lines = &work.lines;
    named.mark = work.invocation.id;
    named.input = std::move(wanted->input);
    named.timeout = wanted->timeout;
    named.limit = wanted->limit;
    named.merge = wanted->stderr_word == "merge";
    named.drop_err = wanted->stderr_word == "drop";
    named.remove = wanted->remove;
    named.begun = [&beginning] { beginning.over(); };
    auto done = co_await docker_work::run_named(work.engine, std::move(named));
    co_return with_output(std::move(done));
}

} // namespace

void add_broker_containers(BrokerFamily& family)
{
    family.add(ContainerAction::create,
               "Makes a container and starts it; one of its name that is there is started as it is. Gives { output, "
               "container, new, was_running }. Keywords: the fields of the channel start_container.create.",
               create);
    family.add(ContainerAction::run,
               "The same, and waits for its end; gives { output, stderr, exit_code, seconds, truncated, started, "
               "finished }. Keywords: the fields of "
               "the channel start_container.response_channel.",
               run);
}

} // namespace forager
