// forager show, explain, logs, cancel, retry, signal: one invocation of the running agent.
#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/colony/commands.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/waiting.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

struct OneOptions {
    Common common;
    std::string id;
    std::string event;
    std::string value;
    bool has_value = false; ///< which may be the empty text
    bool follow = false;
    bool colony = false; ///< it is one of the colony's, and not the running agent's
};

// Whatever was typed asks for that and for nothing else: percent-encoded, but for what ids are made of.
std::string path_segment(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string segment;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0)
            segment += c;
        else
            segment.append({'%', digits[byte >> 4U], digits[byte & 15U]});
    }
    return segment;
}

std::string place_of(const OneOptions& options, const std::string& what)
{
    return "/v1/invocations/" + path_segment(options.id) + what;
}

std::string nothing(const Value&)
{
    return {};
}

asio::awaitable<Outcome> all_lines(control::Client& client, std::string id)
{
    Array all;
    std::int64_t after = 0;
    for (;;) {
        auto answer = co_await client.get("/v1/invocations/" + id + "/logs?after=" + std::to_string(after));
        if (!answer)
            co_return answer.error();
        const bool more = text_of(*answer, "more") == "true";
        auto lines = lines_in(std::move(*answer), after);
        std::ranges::move(lines.first, std::back_inserter(all));
        if (!more)
            co_return Outputs{Value{std::move(all)}};
        after = lines.second;
    }
}

std::string shown_line(const Value& line)
{
    return time_text(line, "at") + "  " + text_of(line, "text") + "\n";
}

std::string shown_lines(const Value& lines)
{
    std::string text;
    for (const Value& line : *lines.get<Array>())
        text += shown_line(line);
    return text;
}

// Line by line, a JSON document each: nobody waits for the end to read the first one.
int follow(const Common& common, const std::string& id)
{
    const auto see = [&](const Value& line) {
        return write_out_meanwhile(common.json ? to_json(line) + "\n" : printable(shown_line(line)));
    };
    const Ending ending = answer_to(common, [&](control::Client& client) { return follow_lines(client, id, see); });
    return ending.outcome ? Exit::done : print_ending(ending, common);
}

int logs(const OneOptions& options)
{
    if (options.colony)
        return logs_in_colony(options.common, options.id, options.follow);
    const std::string id = path_segment(options.id);
    if (!options.follow)
        return ask(options.common, [&](control::Client& client) { return all_lines(client, id); }, shown_lines);
    return follow(options.common, id);
}

int signal(const OneOptions& options)
{
    Object body{{"event", options.event}};
    if (options.has_value)
        body.append("value", json_or_text(options.value));
    return ask(options.common, posting(place_of(options, "/signal"), std::move(body)), nothing);
}

using Act = int (*)(const OneOptions& options);

struct Verb {
    const char* name;
    const char* summary;
    Act act;
};

int show(const OneOptions& options)
{
    if (options.colony)
        return show_in_colony(options.common, options.id);
    return ask(options.common, getting(place_of(options, "")), for_people);
}

int cancel(const OneOptions& options)
{
    if (options.colony)
        return cancel_in_colony(options.common, options.id);
    return ask(options.common, posting(place_of(options, "/cancel"), {}), nothing);
}

int retry(const OneOptions& options)
{
    return ask(options.common, posting(place_of(options, "/retry"), {}), nothing);
}

std::string as_text(const Value& answer)
{
    const auto* text = answer.get<std::string>();
    return text == nullptr ? std::string{} : *text;
}

int explain(const OneOptions& options)
{
    return ask(options.common, getting(place_of(options, "/explain")), as_text);
}

CLI::App* add_verb(CLI::App& program, Action& chosen, const Verb& verb, const std::shared_ptr<OneOptions>& options)
{
    CLI::App* command = add_command(program, verb.name, verb.summary, options->common);
    add_operand(*command, "ID", options->id, "The invocation's id")->required();
    command->callback([options, act = verb.act, &chosen] { chosen = [options, act] { return act(*options); }; });
    return command;
}

void add_colony(CLI::App& command, OneOptions& options)
{
    command.add_flag("--colony", options.colony, "A process or workflow of the colony of the configuration");
}

} // namespace

void add_show(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<OneOptions>();
    add_colony(*add_verb(program, chosen, {"show", "Show all that is kept of an invocation", show}, options), *options);
}

void add_explain(CLI::App& program, Action& chosen)
{
    add_verb(program, chosen, {"explain", "Say why an invocation waits, sleeps or failed", explain},
             std::make_shared<OneOptions>());
}

void add_logs(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<OneOptions>();
    CLI::App* command = add_verb(program, chosen, {"logs", "Print the lines of an invocation", logs}, options);
    command->add_flag("-f,--follow", options->follow, "Go on until it has ended");
    add_colony(*command, *options);
}

void add_cancel(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<OneOptions>();
    add_colony(*add_verb(program, chosen, {"cancel", "End an invocation that waits, runs or sleeps", cancel}, options),
               *options);
}

void add_retry(CLI::App& program, Action& chosen)
{
    add_verb(program, chosen, {"retry", "Begin an invocation again that failed; its recorded steps count", retry},
             std::make_shared<OneOptions>());
}

void add_signal(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<OneOptions>();
    CLI::App* command = add_verb(program, chosen, {"signal", "Send a signal that ctx:wait waits for", signal}, options);
    add_operand(*command, "EVENT", options->event, "The signal's name")->required();
    add_operand(*command, "VALUE", options->value, "What ctx:wait gives: JSON, or else text")
        ->each([options](const std::string&) { options->has_value = true; });
}

} // namespace forager::cli
