// forager get: the documents that the running agent keeps.
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/documents/asking.hpp"
#include "cli/documents/colony.hpp"
#include "cli/documents/selection.hpp"
#include "cli/output.hpp"
#include "io/formats/json.hpp"
#include "io/formats/yaml.hpp"

#include <memory>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

struct GetOptions {
    Common common;
    std::string what; ///< KIND, KIND/NAME or NAME; empty: all
    std::string form; ///< of whole documents: json or yaml; empty: a table
    bool colony = false;
};

std::string name_in_table(const Value& one)
{
    const std::string origin = text_of(one, "origin");
    return text_of(one, "name") + (origin.empty() ? "" : " (" + origin + ")");
}

std::string shown_table(const Value& answer)
{
    std::vector<std::vector<std::string>> rows{
        {"KIND", "NAME", "RUNTIME", "READY", "PHASE", "GENERATION", "AGE", "MESSAGE"}};
    if (const auto* list = answer.get<Array>())
        for (const Value& one : *list)
            rows.push_back({text_of(one, "kind"), name_in_table(one), text_of(one, "runtime"), ready_text(one),
                            text_of(one, "phase"), text_of(one, "generation"), age_text(one, "created"),
                            text_of(one, "message")});
    return table(std::move(rows));
}

// As they would be written to be applied again.
std::string shown_documents(const Value& documents, const std::string& form)
{
    if (form == "json")
        return to_pretty_json(documents) + "\n";
    std::string text;
    if (const auto* list = documents.get<Array>())
        for (const Value& one : *list)
            text += (text.empty() ? "" : "---\n") + to_yaml(one);
    return text;
}

asio::awaitable<Outcome> selected_rows(control::Client& client, std::string what)
{
    auto rows = co_await select_documents(client, std::move(what));
    if (rows.has_error())
        co_return rows.error();
    co_return Outputs{Value{std::move(*rows)}};
}

asio::awaitable<Outcome> selected_documents(control::Client& client, std::string what)
{
    const auto rows = co_await select_documents(client, std::move(what));
    if (rows.has_error())
        co_return rows.error();
    Array documents;
    for (const Value& row : *rows) {
        const auto whole = co_await client.get(place_of(title_of(row)));
        if (whole.has_error())
            co_return whole.error();
        documents.emplace_back(part<Object>(*whole->get<Object>(), "document"));
    }
    co_return Outputs{Value{std::move(documents)}};
}

int get(const GetOptions& options)
{
    if (options.colony)
        return get_in_colony(options.common, options.what);
    if (options.form.empty())
        return ask(
            options.common, [&](control::Client& client) { return selected_rows(client, options.what); }, shown_table);
    return ask(
        options.common, [&](control::Client& client) { return selected_documents(client, options.what); },
        [&](const Value& documents) { return shown_documents(documents, options.form); });
}

} // namespace

void add_get_documents(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<GetOptions>();
    CLI::App* command = add_command(program, "get", "List the documents that the running agent keeps", options->common);
    add_operand(*command, "KIND|KIND/NAME|NAME", options->what, "Only these");
    command->add_option("-o", options->form, "Whole documents, as they can be applied again")
        ->type_name("FORM")
        ->check(CLI::IsMember({"json", "yaml"}));
    command->add_flag("--colony", options->colony, "The blueprints of the colony of the configuration")->excludes("-o");
    command->callback([options, &chosen] { chosen = [options] { return get(*options); }; });
}

} // namespace forager::cli
