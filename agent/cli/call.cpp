// forager call: one function, by the running agent or here.
#include "base/duration.hpp"
#include "cli/asking.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"

namespace forager::cli {

namespace asio = boost::asio;

namespace {

struct CallOptions {
    Common common;
    std::string function;
    std::vector<std::string> args;
    std::vector<std::string> keywords;
    std::string script;
    std::optional<std::chrono::nanoseconds> timeout;
};

Result<Invocation> invocation_of(const CallOptions& options)
{
    Invocation invocation;
    invocation.function = options.function;
    invocation.source = "call";
    for (const std::string& text : options.args)
        invocation.args.push_back(json_or_text(text));
    auto kwargs = keyword_arguments(options.keywords);
    if (!kwargs)
        return kwargs.error();
    invocation.kwargs = std::move(*kwargs);
    return invocation;
}

// The script declares first; what it returns is not wanted here.
asio::awaitable<Outcome> call_in_script(App& app, scripting::Script& script, Invocation invocation, Observer& observer)
{
    Invocation loading;
    loading.function = script.path();
    loading.source = "load";
    auto loaded = co_await script.run_main(loading, observer);
    if (!loaded)
        co_return loaded.error();
    co_return co_await app.scheduler().call(std::move(invocation), observer);
}

AppConfig config_for(const CallOptions& options, Progress& progress)
{
    AppConfig config;
    config.tick = [&progress] { progress.tick(); };
    config.last_words = [&options](const Failure& failure) { print_last_words(failure, options.common); };
    return config;
}

Outcome outcome_in(const Object& end)
{
    if (const Value* error = end.find("error"))
        return control::failure_from(*error);
    const Value* result = end.find("result");
    return Outputs{result == nullptr ? Value{} : *result};
}

// Shows what is seen of it there as if it were here.
void show(const Object& event, Observer& progress)
{
    Invocation invocation;
    invocation.id = part<std::string>(event, "id");
    invocation.function = part<std::string>(event, "function");
    invocation.label = part<std::string>(event, "label");
    if (part<std::string>(event, "event") == "line")
        progress.line(invocation, part<std::string>(event, "text"));
    else if (const auto state = state_named(part<std::string>(event, "state")))
        progress.state(invocation, *state, part<std::string>(event, "note"));
}

asio::awaitable<Outcome> call_there(control::Client& client, Object body, Observer& progress)
{
    auto events = co_await client.open("/v1/call", std::move(body));
    if (!events)
        co_return events.error();
    for (;;) {
        const auto event = co_await events->next();
        if (!event)
            co_return event.error();
        const auto* object = *event ? (*event)->get<Object>() : nullptr;
        if (object == nullptr)
            co_return Failure{Errc::unreachable, "the agent's answer ended before the call"};
        if (part<std::string>(*object, "event") == "end")
            co_return outcome_in(*object);
        show(*object, progress);
    }
}

Ending ask_agent(const CallOptions& options, const Invocation& invocation)
{
    const auto socket = socket_for(options.common);
    if (!socket)
        return {socket.error(), {}};
    Object body{{"function", invocation.function}, {"args", invocation.args}, {"kwargs", invocation.kwargs}};
    if (options.timeout)
        body.append("timeout", to_seconds(*options.timeout));
    const auto progress = make_progress(options.common);
    App app{config_for(options, *progress), *progress};
    control::Client client{app.http(), {*socket, "what it had begun of the call is ended, and not begun again"}};
    Ending ending = app.execute(call_there(client, std::move(body), *progress));
    progress->finish();
    return ending;
}

int call_here(const CallOptions& options, Invocation invocation)
{
    const auto progress = make_progress(options.common);
    AppConfig config = config_for(options, *progress);
    config.time_limit = options.timeout;
    App app{std::move(config), *progress};
    connect_peers(options.common, app);
    std::shared_ptr<scripting::Script> script;
    if (!options.script.empty()) {
        script = app.script(options.script, scripting::Script::Mode::load);
        if (auto loaded = script->load(); !loaded)
            return print_failure(loaded.error(), options.common);
    }
    const Ending ending = app.execute(script ? call_in_script(app, *script, std::move(invocation), *progress)
                                             : app.scheduler().call(std::move(invocation), *progress));
    progress->finish();
    return print_ending(ending, options.common);
}

int call(const CallOptions& options)
{
    auto invocation = invocation_of(options);
    if (!invocation) {
        print_failure(invocation.error(), options.common);
        return Exit::usage;
    }
    if (options.script.empty()) {
        const Ending ending = ask_agent(options, *invocation);
        if (ending.outcome || control::presence_in(ending.outcome.error()) != control::Presence::absent)
            return print_ending(ending, options.common);
    }
    return call_here(options, std::move(*invocation));
}

} // namespace

void add_call(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<CallOptions>();
    CLI::App* command = add_command(program, "call", "Call one function and print its result", options->common);
    add_operand(*command, "FUNC", options->function, "The full name: FAMILY.NAME")->required();
    add_operands(*command, "ARG", options->args, "Arguments: JSON, or else text");
    command->add_option("--kw", options->keywords, "A keyword argument; may be repeated")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command->add_option("--script", options->script, "A script that declares the function")->type_name("FILE");
    add_duration(*command, "--timeout", options->timeout, "End it when it takes longer");
    command->callback([options, &chosen] { chosen = [options] { return call(*options); }; });
}

} // namespace forager::cli
