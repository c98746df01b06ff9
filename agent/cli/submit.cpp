// forager submit: hands work to the running agent, which keeps it until it is done, or to the colony.
#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/colony/commands.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/waiting.hpp"
#include "scripting/module_file.hpp"

#include <cstdint>
#include <filesystem>
#include <limits>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

struct SubmitOptions {
    Common common;
    std::string work;
    std::vector<std::string> args;
    std::vector<std::string> keywords;
    std::string order_key;
    std::string idempotency_key;
    int priority = 0;
    std::optional<std::chrono::nanoseconds> delay;
    std::optional<std::chrono::nanoseconds> timeout;
    std::optional<std::size_t> retries;
    bool wait = false;
    bool follow = false;
    bool colony = false;
    std::string executor;
    std::string label;
    std::optional<std::chrono::nanoseconds> max_wait;
    bool orchestrate = false;
};

void add_limits(Object& body, const SubmitOptions& options)
{
    if (options.priority != 0)
        body.append("priority", options.priority);
    if (!options.order_key.empty())
        body.append("key", options.order_key);
    if (!options.idempotency_key.empty())
        body.append("idempotency_key", options.idempotency_key);
    if (options.delay)
        body.append("delay", to_seconds(*options.delay));
    if (options.timeout)
        body.append("timeout", to_seconds(*options.timeout));
    if (options.retries)
        body.append("retries", *options.retries);
}

// Whether it parses: better said here than found in the record of its failure.
Result<void> parsed(const SubmitOptions& options, const std::string& text)
{
    const auto progress = make_progress(options.common);
    App app{{}, *progress};
    return app.script(options.work, scripting::Script::Mode::check)->load(text);
}

// A script goes as its text: it may be changed, or be gone, before its turn comes.
Result<Object> script_body(const SubmitOptions& options)
{
    if (!options.keywords.empty())
        return Failure{Errc::bad_arguments, "--kw is for functions: a script takes its arguments in their order"};
    auto text = scripting::read_script(options.work);
    if (!text)
        return text.error();
    if (const auto fine = parsed(options, *text); !fine)
        return fine.error();
    std::error_code error;
    const std::string path = std::filesystem::absolute(options.work, error).string();
    return Object{{"function", "forager.run"},
                  {"label", std::filesystem::path{options.work}.filename().string()},
                  {"kwargs", Object{{"file", path},
                                    {"text", std::move(*text)},
                                    {"args", Array(options.args.begin(), options.args.end())},
                                    {"in_colony", options.orchestrate}}}};
}

Result<Object> function_body(const SubmitOptions& options)
{
    Array args;
    for (const std::string& text : options.args)
        args.push_back(json_or_text(text));
    auto kwargs = keyword_arguments(options.keywords);
    if (!kwargs)
        return kwargs.error();
    return Object{{"function", options.work}, {"args", std::move(args)}, {"kwargs", std::move(*kwargs)}};
}

bool show_line(const Value& line)
{
    write_err(printable(text_of(line, "text") + "\n"));
    return true;
}

asio::awaitable<Outcome> submit_and_wait(control::Client& client, Object body, bool wait, bool follow,
                                         AcceptedWork& work)
{
    auto accepted = co_await client.post("/v1/invocations", std::move(body));
    if (!accepted)
        co_return accepted.error();
    std::string id = text_of(*accepted, "id");
    work.accept(id);
    if (follow) {
        const Outcome followed = co_await follow_lines(client, id, show_line);
        if (!followed)
            co_return followed;
    }
    if (!wait && !follow)
        co_return Outputs{std::move(*accepted)};
    Outcome ended = co_await wait_for_end(client, std::move(id));
    co_return ended;
}

bool is_script(const std::string& work)
{
    return work.ends_with(".lua") || work.find('/') != std::string::npos;
}

ColonySubmission work_for_colony(const SubmitOptions& options)
{
    ColonySubmission work;
    work.common = options.common;
    work.work = options.work;
    work.args = options.args;
    work.keywords = options.keywords;
    work.executor = options.executor;
    work.label = options.label;
    work.priority = options.priority;
    work.timeout = options.timeout;
    work.max_wait = options.max_wait;
    work.retries = options.retries;
    work.is_script = is_script(options.work);
    work.wait = options.wait;
    work.follow = options.follow;
    return work;
}

// What only the agent's own queue can do.
Result<void> check_for_colony(const SubmitOptions& options)
{
    const std::pair<const char*, bool> given[] = {{"--key", !options.order_key.empty()},
                                                  {"--idempotency-key", !options.idempotency_key.empty()},
                                                  {"--delay", options.delay.has_value()}};
    for (const auto& [name, is_given] : given)
        if (is_given)
            return Failure{Errc::bad_arguments, std::string{name} + " is for the agent's own queue, not for --colony"};
    return {};
}

int submit_there(const SubmitOptions& options)
{
    if (const auto fine = check_for_colony(options); !fine) {
        print_failure(fine.error(), options.common);
        return Exit::usage;
    }
    return submit_to_colony(work_for_colony(options));
}

// The agent runs the workflow, which goes to it as any script does; the colony gets its tasks from there.
Result<void> check_orchestrated(const SubmitOptions& options)
{
    if (options.orchestrate && !options.colony)
        return Failure{Errc::bad_arguments, "--orchestrate goes with --colony"};
    if (options.orchestrate && (!options.executor.empty() || !options.label.empty() || options.max_wait))
        return Failure{
            Errc::bad_arguments,
            "--executor, --label and --max-wait are not for --orchestrate: its tasks say themselves where they go"};
    if (options.orchestrate && !is_script(options.work))
        return Failure{Errc::bad_arguments,
                       "--orchestrate is for a script that returns a workflow, not for a function"};
    return {};
}

Result<Object> body_of(const SubmitOptions& options)
{
    if (const auto fine = check_orchestrated(options); !fine)
        return fine.error();
    return is_script(options.work) ? script_body(options) : function_body(options);
}

int submit(const SubmitOptions& options)
{
    if (options.colony && !options.orchestrate)
        return submit_there(options);
    auto body = body_of(options);
    if (!body) {
        print_failure(body.error(), options.common);
        return Exit::usage;
    }
    add_limits(*body, options);
    AcceptedWork work;
    const auto question = [&](control::Client& client) {
        return submit_and_wait(client, *body, options.wait, options.follow, work);
    };
    return ask_about_one(options.common, question, work);
}

void add_colony(CLI::App& command, SubmitOptions& options)
{
    CLI::Option* colony = command.add_flag("--colony", options.colony,
                                           "To the colony of the configuration; a script's workflow as a native one");
    command
        .add_option("--executor", options.executor, "With --colony: the type of executor that is to run it (forager)")
        ->type_name("TYPE")
        ->needs(colony)
        ->check([](const std::string& type) { return type.empty() ? "a type of executor is needed" : ""; });
    command.add_option("--label", options.label, "With --colony: a text to find it by")->needs(colony);
    add_duration(command, "--max-wait", options.max_wait, "With --colony: it fails when nobody has taken it by then")
        ->needs(colony);
}

} // namespace

void add_submit(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<SubmitOptions>();
    CLI::App* command = add_command(program, "submit",
                                    "Hand work to the running agent, which keeps it until it is done", options->common);
    add_operand(*command, "FILE.lua|FUNC", options->work, "A script, or the full name of a function")->required();
    add_operands(*command, "ARG", options->args, "Arguments: JSON, or else text");
    command->add_option("--kw", options->keywords, "A keyword argument; may be repeated")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command->add_flag("--wait", options->wait, "Wait for the end, and print the result");
    command->add_flag("--follow", options->follow, "The same, with its lines on stderr while it runs");
    command->add_flag("--orchestrate", options->orchestrate,
                      "With --colony: the agent runs the script's workflow, and the colony does its tasks");
    command->add_option("--priority", options->priority, "Higher goes first (0)")->type_name("NUMBER");
    command->add_option("--key", options->order_key, "Of those with the same key one runs at a time, in their order");
    command->add_option("--idempotency-key", options->idempotency_key, "Accepted once, however often it is submitted");
    command->add_option("--retries", options->retries, "More tries when it fails")
        ->type_name("NUMBER")
        ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()).description(""));
    add_duration(*command, "--delay", options->delay, "Not before so much time has passed");
    add_duration(*command, "--timeout", options->timeout, "End each try when it takes longer");
    add_colony(*command, *options);
    command->callback([options, &chosen] { chosen = [options] { return submit(*options); }; });
}

} // namespace forager::cli
