// forager apply: has the running agent keep what documents say.
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/documents/asking.hpp"
#include "cli/documents/colony.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"

#include <memory>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

struct ApplyOptions {
    Common common;
    std::vector<std::string> files;
    Patience patience;
    bool force = false;
    bool colony = false;
};

// Nothing is applied where one of them is wrong.
asio::awaitable<Result<void>> check_all(control::Client& client, std::vector<WrittenDocument> documents)
{
    for (const WrittenDocument& written : documents) {
        const auto fine = co_await client.post("/v1/check", Object{{"document", written.document}});
        if (fine.has_error())
            co_return told_of(written, fine.error());
    }
    co_return Result<void>{};
}

asio::awaitable<Outcome> apply_all(control::Client& client, std::vector<WrittenDocument> documents,
                                   ApplyOptions options)
{
    const auto fine = co_await check_all(client, documents);
    if (fine.has_error())
        co_return fine.error();
    Array applied;
    for (const WrittenDocument& written : documents) {
        auto answer =
            co_await client.post("/v1/documents", Object{{"document", written.document}, {"force", options.force}});
        if (answer.has_error())
            co_return told_of(written, answer.error());
        if (!options.common.json)
            write_out_meanwhile(printable(title_of(*answer) + " " + text_of(*answer, "change") + ", generation " +
                                          text_of(*answer, "generation") + "\n"));
        applied.push_back(std::move(*answer));
    }
    const TimeLimit limit = options.patience.limit();
    for (Value& one : applied) {
        if (!options.patience.wait)
            break;
        auto there = co_await arrived(client, title_of(one), limit, telling_lines(options.common));
        if (there.has_error())
            co_return there.error();
        if (!options.common.json)
            write_out_meanwhile(printable(line_of(*there) + "\n"));
        one.get<Object>()->set("phase", text_of(*there, "phase"));
        one.get<Object>()->set("message", text_of(*there, "message"));
        for (const char* name : {"replicas", "ready"})
            one.get<Object>()->set(name, *there->get<Object>()->find(name));
    }
    co_return Outputs{Value{std::move(applied)}};
}

int apply(const ApplyOptions& options)
{
    if (options.colony)
        return apply_in_colony(options.common, options.files, options.force);
    const auto documents = read_all(options.files);
    if (documents.has_error())
        return print_failure(documents.error(), options.common);
    const auto ending =
        answer_to(options.common, [&](control::Client& client) { return apply_all(client, *documents, options); });
    return print_ending(ending, options.common, [](const Value&) { return std::string{}; }); // told already
}

} // namespace

void add_apply(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<ApplyOptions>();
    CLI::App* command =
        add_command(program, "apply", "Have the running agent keep what documents say", options->common);
    add_operands(*command, "FILE", options->files, "Documents in YAML, JSON or TOML; '-' is stdin")->required();
    add_patience(*command, options->patience, "Until all is as they say");
    command->add_flag("--force", options->force, "New replicas, though nothing else is new");
    command->add_flag("--colony", options->colony, "As blueprints of the colony of the configuration")
        ->excludes("--wait");
    command->callback([options, &chosen] { chosen = [options] { return apply(*options); }; });
}

} // namespace forager::cli
