// forager diff: what applying documents would do, and why. Does nothing.
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/documents/asking.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "io/formats/json.hpp"

#include <memory>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

struct DiffOptions {
    Common common;
    std::vector<std::string> files;
};

const Array& list_in(const Value& value, std::string_view name)
{
    static const Array none;
    const auto* object = value.get<Object>();
    const Value* found = object == nullptr ? nullptr : object->find(name);
    const auto* list = found == nullptr ? nullptr : found->get<Array>();
    return list == nullptr ? none : *list;
}

bool is_something(const Value& diff)
{
    return !list_in(diff, "changes").empty() || !list_in(diff, "actions").empty();
}

std::string side(const Value& change, std::string_view name)
{
    const auto* object = change.get<Object>();
    const Value* value = object == nullptr ? nullptr : object->find(name);
    return value == nullptr || value->is_null() ? "nothing" : to_json(*value);
}

std::string shown_change(const Value& change)
{
    const std::string path = text_of(change, "path");
    if (path.empty())
        return "  " + text_of(change, "becomes") + "\n";
    return "  " + path + ": " + side(change, "is") + " becomes " + side(change, "becomes") + "\n";
}

std::string shown_action(const Value& action)
{
    const std::string reason = text_of(action, "reason");
    return "  " + text_of(action, "action") + " " + text_of(action, "name") + (reason.empty() ? "" : ": " + reason) +
           "\n";
}

std::string shown_diffs(const Value& diffs)
{
    std::string text;
    for (const Value& diff : *diffs.get<Array>()) {
        text += title_of(diff) + (is_something(diff) ? "\n" : ": nothing to do\n");
        for (const Value& change : list_in(diff, "changes"))
            text += shown_change(change);
        for (const Value& action : list_in(diff, "actions"))
            text += shown_action(action);
    }
    return text;
}

asio::awaitable<Outcome> all_diffs(control::Client& client, std::vector<WrittenDocument> documents)
{
    Array diffs;
    for (const WrittenDocument& written : documents) {
        auto answer = co_await client.post("/v1/diff", Object{{"document", written.document}});
        if (answer.has_error())
            co_return told_of(written, answer.error());
        Object row{{"kind", part<std::string>(written.document, "kind")},
                   {"name", part<std::string>(part<Object>(written.document, "metadata"), "name")}};
        for (const char* name : {"changes", "actions"})
            row.append(name, list_in(*answer, name));
        diffs.emplace_back(std::move(row));
    }
    co_return Outputs{Value{std::move(diffs)}};
}

bool is_any(const Ending& ending)
{
    const Value diffs = as_one(*ending.outcome);
    for (const Value& diff : *diffs.get<Array>())
        if (is_something(diff))
            return true;
    return false;
}

// 1 means that there is something to do, so that whatever goes wrong is 2, as of `diff`.
int diff(const DiffOptions& options)
{
    const auto documents = read_all(options.files);
    if (documents.has_error()) {
        print_failure(documents.error(), options.common);
        return Exit::usage;
    }
    const auto ending =
        answer_to(options.common, [&](control::Client& client) { return all_diffs(client, *documents); });
    const int status =
        print_ending(ending, options.common, [](const Value& diffs) { return printable(shown_diffs(diffs)); });
    if (!ending.outcome)
        return exit_status(ending, Exit::usage);
    return status == Exit::done && is_any(ending) ? Exit::failed : status;
}

} // namespace

void add_diff(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<DiffOptions>();
    CLI::App* command =
        add_command(program, "diff", "Say what applying documents would do, and why; do nothing", options->common);
    add_operands(*command, "FILE", options->files, "Documents in YAML, JSON or TOML; '-' is stdin")->required();
    command->footer("Exit status: 0 nothing to do, 1 there is something, 2 it cannot be said.");
    command->callback([options, &chosen] { chosen = [options] { return diff(*options); }; });
}

} // namespace forager::cli
