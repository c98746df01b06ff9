// forager rollout: the change of a document from one form to the next: how it goes, back, on hold, once more.
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/documents/asking.hpp"
#include "cli/documents/description.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

struct RolloutOptions {
    Common common;
    std::string what;
    bool watch = false;
    std::optional<std::chrono::nanoseconds> timeout;
    std::optional<std::int64_t> generation;
};

asio::awaitable<Outcome> watched(control::Client& client, RolloutOptions options)
{
    const TimeLimit limit{options.timeout ? Duration{*options.timeout} : usual_wait};
    auto there = co_await arrived(client, options.what, limit, telling_lines(options.common));
    if (there.has_error())
        co_return there.error();
    co_return Outputs{std::move(*there)};
}

// Without --watch, one whose change has failed is an answer, too: its exit status says so.
int status(const RolloutOptions& options)
{
    const auto ending = answer_to(
        options.common, options.watch ? Question{[&](control::Client& client) { return watched(client, options); }}
                                      : getting(place_of(options.what)));
    const int printed =
        print_ending(ending, options.common, [](const Value& one) { return printable(line_of(one) + "\n"); });
    const bool has_failed = ending.outcome && course_of(as_one(*ending.outcome)) == Course::failed;
    return printed == Exit::done && has_failed ? Exit::failed : printed;
}

int history(const RolloutOptions& options)
{
    return ask(options.common, getting(place_of(options.what)), history_of);
}

int change(const RolloutOptions& options, const char* verb, Object body, const char* told)
{
    return ask(options.common, posting(place_of(options.what) + "/" + verb, std::move(body)), [told](const Value& one) {
        return title_of(one) + " " + told + ", generation " + text_of(one, "generation") + "\n";
    });
}

int undo(const RolloutOptions& options)
{
    Object body;
    if (options.generation)
        body.append("to", *options.generation);
    return change(options, "undo", std::move(body), "undone");
}

int pause(const RolloutOptions& options)
{
    return change(options, "pause", {}, "paused");
}

int resume(const RolloutOptions& options)
{
    return change(options, "resume", {}, "resumed");
}

int restart(const RolloutOptions& options)
{
    return change(options, "restart", {}, "restarted");
}

struct Verb {
    const char* name;
    const char* summary;
    int (*act)(const RolloutOptions& options);
};

CLI::App* add_verb(CLI::App& rollout, Action& chosen, const Verb& verb,
                   const std::shared_ptr<RolloutOptions>& options = std::make_shared<RolloutOptions>())
{
    CLI::App* command = add_command(rollout, verb.name, verb.summary, options->common);
    add_operand(*command, "KIND/NAME|NAME", options->what, "The document")->required();
    command->callback([options, act = verb.act, &chosen] { chosen = [options, act] { return act(*options); }; });
    return command;
}

void add_rollout_status(CLI::App& rollout, Action& chosen)
{
    const auto options = std::make_shared<RolloutOptions>();
    CLI::App* command = add_verb(rollout, chosen, {"status", "Say how the change goes", status}, options);
    CLI::Option* watch = command->add_flag("--watch", options->watch, "Until it is done, or has failed");
    add_duration(*command, "--timeout", options->timeout, "With --watch: give up after so long (5m)")->needs(watch);
}

void add_rollout_undo(CLI::App& rollout, Action& chosen)
{
    const auto options = std::make_shared<RolloutOptions>();
    CLI::App* command =
        add_verb(rollout, chosen, {"undo", "Go back to the form before, as a change of its own", undo}, options);
    command->add_option("--to", options->generation, "To this generation")
        ->type_name("GENERATION")
        ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()).description(""));
}

} // namespace

void add_rollout(CLI::App& program, Action& chosen)
{
    CLI::App* rollout = program.add_subcommand("rollout", "Changes of documents: how they go, back, on hold");
    rollout->require_subcommand(1);
    add_rollout_status(*rollout, chosen);
    add_verb(*rollout, chosen, {"history", "List the forms that there were", history});
    add_rollout_undo(*rollout, chosen);
    add_verb(*rollout, chosen, {"pause", "Leave everything as it is until 'resume'", pause});
    add_verb(*rollout, chosen, {"resume", "Go on", resume});
    add_verb(*rollout, chosen, {"restart", "Replace all replicas, one after another", restart});
}

} // namespace forager::cli
