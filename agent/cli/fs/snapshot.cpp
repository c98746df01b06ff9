// forager fs snapshot create, ls, get, rm: a label's files as they were once.
#include "cli/fs/asking.hpp"

#include "cli/asking.hpp"
#include "primitives/cfs/snapshots.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

struct SnapshotOptions {
    Common common;
    std::string label;
    std::string name;
    std::string folder;
};

using Tell = std::function<void(std::string_view)>;

std::string shown_list(const Value& answer)
{
    const auto& snapshots = *answer.get<Array>();
    if (snapshots.empty())
        return "";
    std::vector<std::vector<std::string>> rows{{"NAME", "LABEL", "FILES", "ID"}};
    for (const Value& one : snapshots)
        rows.push_back({text_of(one, "name"), text_of(one, "label"), text_of(one, "files"), text_of(one, "id")});
    return table(rows);
}

std::string shown_one(const Value& snapshot)
{
    return text_of(snapshot, "id") + "  " + counted(part<std::int64_t>(*snapshot.get<Object>(), "files"), "file") +
           "\n";
}

std::string shown_report(const Value& answer)
{
    return "downloaded " + text_of(answer, "downloaded") + ", unchanged " + text_of(answer, "unchanged") + "\n";
}

std::string nothing(const Value&)
{
    return {};
}

asio::awaitable<Outcome> downloaded(cfs::Files files, const SnapshotOptions& options, Tell tell)
{
    cfs::SyncWish wish;
    wish.folder = options.folder;
    wish.progress = [tell = std::move(tell)](const cfs::SyncProgress& progress) {
        tell(std::string{progress.phase} + " " + std::to_string(progress.done) + " of " +
             std::to_string(progress.whole));
    };
    auto report = co_await cfs::download_snapshot(std::move(files), options.name, std::move(wish));
    if (report.has_error())
        co_return std::move(report).error();
    co_return Outputs{Value{cfs::table_of(*report, false)}};
}

int create(const SnapshotOptions& options)
{
    return with_files(
        options.common, "snapshot",
        [&](cfs::Files files, const Tell&) {
            return as_outcome(cfs::create_snapshot(std::move(files), options.label, options.name));
        },
        shown_one);
}

int ls(const SnapshotOptions& options)
{
    return with_files(
        options.common, "snapshots",
        [&](cfs::Files files, const Tell&) { return as_outcome(cfs::list_snapshots(std::move(files))); }, shown_list);
}

int get(const SnapshotOptions& options)
{
    return with_files(
        options.common, "snapshot " + options.name,
        [&](cfs::Files files, Tell tell) { return downloaded(std::move(files), options, std::move(tell)); },
        shown_report);
}

int rm(const SnapshotOptions& options)
{
    return with_files(
        options.common, "snapshot",
        [&](cfs::Files files, const Tell&) { return as_outcome(cfs::remove_snapshot(std::move(files), options.name)); },
        nothing);
}

using Act = int (*)(const SnapshotOptions& options);

CLI::App* add_verb(CLI::App& snapshot, Action& chosen, const std::shared_ptr<SnapshotOptions>& options,
                   const char* name, const char* summary, Act act)
{
    CLI::App* command = add_command(snapshot, name, summary, options->common);
    command->callback([options, act, &chosen] { chosen = [options, act] { return act(*options); }; });
    return command;
}

} // namespace

void add_snapshot(CLI::App& fs, Action& chosen)
{
    CLI::App* snapshot = fs.add_subcommand("snapshot", "A label's files as they are now, by a name");
    snapshot->require_subcommand(1);
    auto options = std::make_shared<SnapshotOptions>();
    CLI::App* command = add_verb(*snapshot, chosen, options, "create", "Take one", create);
    add_operand(*command, "LABEL", options->label, "As /measurements/raw")->required();
    add_operand(*command, "NAME", options->name, "Once in a colony")->required();
    add_verb(*snapshot, chosen, std::make_shared<SnapshotOptions>(), "ls", "List them, the newest first", ls);
    options = std::make_shared<SnapshotOptions>();
    command = add_verb(*snapshot, chosen, options, "get", "Fetch its files", get);
    add_operand(*command, "NAME", options->name, "Its name or id")->required();
    add_operand(*command, "DIR", options->folder, "The folder they go into")->required();
    options = std::make_shared<SnapshotOptions>();
    command = add_verb(*snapshot, chosen, options, "rm", "Remove one; its files stay", rm);
    add_operand(*command, "NAME", options->name, "Its name or id")->required();
}

} // namespace forager::cli
