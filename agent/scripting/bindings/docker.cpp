// Containers of a Docker engine.
#include "scripting/bindings/bindings.hpp"

#include "base/duration.hpp"
#include "primitives/docker/run.hpp"
#include "scripting/bindings/command_options.hpp"
#include "scripting/script.hpp"

#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

Object options_at(const Request& request, std::size_t index)
{
    const auto* options = request.arg(index).get<Object>();
    return options == nullptr ? Object{} : *options;
}

// For whom a container works, so that people who see it in the engine's lists find out.
void add_origin(docker::Pairs& labels, const Invocation& invocation)
{
    labels.emplace_back("forager.invocation", invocation.id);
    labels.emplace_back("forager.function", invocation.function);
}

Outputs outputs_of(Completed& done)
{
    return {Value{Object{{"stdout", std::move(done.out)},
                         {"stderr", std::move(done.err)},
                         {"code", done.code},
                         {"seconds", to_seconds(done.elapsed)}}}};
}

// docker_run(options, lines)
asio::awaitable<Outcome> run(Request request)
{
    const auto engine = request.script.world().docker();
    if (!engine)
        co_return engine.error();
    const auto lines = line_queue(request);
    auto wanted = docker_work::run_of(options_at(request, 0));
    if (!wanted)
        co_return wanted.error();
    wanted->making.lines = lines.get();
    add_origin(wanted->making.spec.labels, request.context.invocation);
    auto done = co_await docker_work::run(**engine, std::move(*wanted));
    if (!done)
        co_return done.error();
    co_return outputs_of(*done);
}

constexpr Binding bindings[] = {
    {"docker_run", run, R"({"stdout":"","stderr":"","code":0,"seconds":0.0})"},
};

} // namespace

std::span<const Binding> docker_bindings()
{
    return bindings;
}

} // namespace forager::scripting
