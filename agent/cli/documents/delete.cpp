// forager delete: has the running agent remove documents, and whatever was made for them.
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/documents/asking.hpp"
#include "cli/documents/colony.hpp"
#include "cli/documents/reading.hpp"
#include "cli/output.hpp"
#include "core/reconcile/document.hpp"

#include <memory>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

struct DeleteOptions {
    Common common;
    std::vector<std::string> what;
    Patience patience;
    bool forget = false;
    bool colony = false;
};

Result<std::string> name_in_agent(const WrittenDocument& written)
{
    const auto key = reconcile::key_of(written.document, "");
    if (key.has_error())
        return placed(written, key.error());
    return to_text(*key);
}

asio::awaitable<Result<void>> are_there(control::Client& client, std::vector<std::string> names)
{
    for (const std::string& name : names) {
        const auto found = co_await client.get(place_of(name));
        if (found.has_error())
            co_return found.error();
    }
    co_return Result<void>{};
}

asio::awaitable<Result<Value>> deleted(control::Client& client, std::string name, bool forget)
{
    auto before = co_await client.get(place_of(name));
    if (before.has_error())
        co_return before.error();
    Object row{{"kind", text_of(*before, "kind")}, {"name", text_of(*before, "name")}};
    auto work = forget ? client.post(place_of(name) + "/forget", {}) : client.remove(place_of(name));
    auto answer = co_await std::move(work);
    if (answer.has_error())
        co_return answer.error();
    row.append("change", forget ? "forgotten" : "deleting");
    co_return Value{std::move(row)};
}

// None is deleted where one of them is not there.
asio::awaitable<Outcome> delete_all(control::Client& client, std::vector<std::string> names, DeleteOptions options)
{
    const auto fine = co_await are_there(client, names);
    if (fine.has_error())
        co_return fine.error();
    Array rows;
    for (const std::string& name : names) {
        auto row = co_await deleted(client, name, options.forget);
        if (row.has_error())
            co_return row.error();
        rows.push_back(std::move(*row));
    }
    const TimeLimit limit = options.patience.limit();
    for (Value& row : rows) {
        if (options.patience.wait && !options.forget) {
            const auto end = co_await gone(client, title_of(row), limit, telling_lines(options.common));
            if (end.has_error())
                co_return end.error();
            row.get<Object>()->set("change", "deleted");
        }
        if (!options.common.json)
            write_out_meanwhile(printable(title_of(row) + " " + text_of(row, "change") + "\n"));
    }
    co_return Outputs{Value{std::move(rows)}};
}

int remove(const DeleteOptions& options)
{
    if (options.colony)
        return delete_in_colony(options.common, options.what);
    const auto names = names_in(options.what, name_in_agent);
    if (names.has_error())
        return print_failure(names.error(), options.common);
    const auto ending =
        answer_to(options.common, [&](control::Client& client) { return delete_all(client, *names, options); });
    return print_ending(ending, options.common, [](const Value&) { return std::string{}; }); // told already
}

} // namespace

void add_delete(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<DeleteOptions>();
    CLI::App* command =
        add_command(program, "delete", "Remove documents from the running agent, and whatever it has made for them",
                    options->common);
    add_operands(*command, "FILE|KIND/NAME|NAME", options->what, "Documents, or files that hold them")->required();
    add_patience(*command, options->patience, "Until nothing of them is left");
    command->add_flag("--forget", options->forget, "Leave what was made for them as it is");
    command->add_flag("--colony", options->colony, "Blueprints of the colony of the configuration")
        ->excludes("--wait")
        ->excludes("--forget");
    command->callback([options, &chosen] { chosen = [options] { return remove(*options); }; });
}

} // namespace forager::cli
