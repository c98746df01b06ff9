// forager fs sync: a folder and a label are brought in line.
#include "cli/fs/asking.hpp"

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "primitives/cfs/sync.hpp"

#include <memory>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

struct SyncOptions {
    Common common;
    std::string folder;
    std::string label;
    SyncRules rules;
    bool dry = false;
};

std::string words_of(const cfs::SyncProgress& progress)
{
    std::string text = std::string{progress.phase} + " " + std::to_string(progress.done) + " of " +
                       counted(static_cast<std::int64_t>(progress.whole), "file");
    if (progress.whole_bytes > 0)
        text += ", " + bytes_text(progress.done_bytes) + " of " + bytes_text(progress.whole_bytes);
    return text;
}

asio::awaitable<Outcome> synced(cfs::Files files, const SyncOptions& options,
                                std::function<void(std::string_view)> tell)
{
    cfs::SyncWish wish;
    wish.folder = options.folder;
    wish.label = options.label;
    wish.rules = options.rules;
    wish.dry = options.dry;
    wish.progress = [tell = std::move(tell)](const cfs::SyncProgress& progress) { tell(words_of(progress)); };
    auto report = co_await cfs::sync(std::move(files), std::move(wish));
    if (report.has_error())
        co_return std::move(report).error();
    co_return Outputs{Value{cfs::table_of(*report, options.dry)}};
}

// What is done, or would be, with each file, where somebody asked before it is done.
std::string shown_plan(const Object& report)
{
    std::vector<std::vector<std::string>> rows;
    for (const Value& step : part<Array>(report, "plan"))
        rows.push_back({text_of(step, "action"), text_of(step, "path"),
                        bytes_text(static_cast<std::size_t>(part<std::int64_t>(*step.get<Object>(), "size"))),
                        part<bool>(*step.get<Object>(), "conflict") ? "conflict" : ""});
    return rows.empty() ? "" : table(rows);
}

std::string shown_report(const Value& answer)
{
    const Object& report = *answer.get<Object>();
    const auto amount = [&](const char* name) {
        return bytes_text(static_cast<std::size_t>(part<std::int64_t>(report, name)));
    };
    std::string text = shown_plan(report);
    for (const Value& skipped : part<Array>(report, "skipped"))
        text += "skipped " + text_of(skipped, "path") + ": it " + text_of(skipped, "message") + "\n";
    text += "uploaded " + text_of(answer, "uploaded") + " (" + amount("uploaded_bytes") + "), downloaded " +
            text_of(answer, "downloaded") + " (" + amount("downloaded_bytes") + "), conflicts " +
            text_of(answer, "conflicts");
    if (const auto removed = part<std::int64_t>(report, "removed"); removed > 0)
        text += ", removed " + std::to_string(removed);
    return text + ", unchanged " + text_of(answer, "unchanged") + "\n";
}

int sync(const SyncOptions& options)
{
    return with_files(
        options.common, "sync " + options.label,
        [&](cfs::Files files, std::function<void(std::string_view)> tell) {
            return synced(std::move(files), options, std::move(tell));
        },
        shown_report);
}

} // namespace

void add_sync(CLI::App& fs, Action& chosen)
{
    const auto options = std::make_shared<SyncOptions>();
    CLI::App* command = add_command(fs, "sync", "Bring a folder and a label in line, both ways", options->common);
    add_operand(*command, "DIR", options->folder, "The local folder; made where it is not there")->required();
    add_operand(*command, "LABEL", options->label, "As /measurements/raw")->required();
    command->add_flag("--keep-remote", options->rules.keep_remote,
                      "Of a file that differs, the colony's one wins; else the local one");
    command->add_flag("-n,--dry-run", options->dry, "Only say what would be done");
    command->add_flag("--delete", options->rules.mirror,
                      "What the winning side does not have is removed on the other; else it is brought over");
    command->callback([options, &chosen] { chosen = [options] { return sync(*options); }; });
}

} // namespace forager::cli
