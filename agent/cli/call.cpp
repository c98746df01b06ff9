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

Ending ask_agent(const CallOptions& options, const Invocation& invocation)
{
    Object body{{"function", invocation.function}, {"args", invocation.args}, {"kwargs", invocation.kwargs}};
    if (options.timeout)
        body.append("timeout", to_seconds(*options.timeout));
    Ending ending = answer_to(options.common, posting("/v1/call", std::move(body)));
    const Value answer = ending.outcome ? as_one(std::move(*ending.outcome)) : Value{};
    if (!ending.outcome || answer.get<Object>() == nullptr)
        return ending;
    if (const Value* error = answer.get<Object>()->find("error"))
        ending.outcome = control::failure_from(*error);
    else
        ending.outcome = Outputs{*answer.get<Object>()->find("result")};
    return ending;
}

int call_here(const CallOptions& options, Invocation invocation)
{
    const auto progress = make_progress(options.common);
    AppConfig config;
    config.time_limit = options.timeout;
    config.tick = [&] { progress->tick(); };
    config.last_words = [&](const Failure& failure) { print_last_words(failure, options.common); };
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
