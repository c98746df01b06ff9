// forager fs ls, put, get, rm: files of the colony.
#include "cli/fs/asking.hpp"

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "core/file_label.hpp"

#include <filesystem>
#include <memory>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

struct FileOptions {
    Common common;
    std::string file;  ///< here
    std::string label; ///< or LABEL/NAME
    std::string name;
    bool recursive = false;
};

using Tell = std::function<void(std::string_view)>;

asio::awaitable<Outcome> listed(cfs::Files files, std::string label)
{
    auto found = co_await cfs::list(std::move(files), std::move(label));
    if (found.has_error())
        co_return std::move(found).error();
    Array list;
    for (const cfs::RemoteFile& file : found->files)
        list.emplace_back(cfs::table_of(file));
    co_return Outputs{Value{std::move(list)}};
}

asio::awaitable<Outcome> as_table(asio::awaitable<Result<cfs::RemoteFile>> work)
{
    auto file = co_await std::move(work);
    if (file.has_error())
        co_return std::move(file).error();
    co_return Outputs{Value{cfs::table_of(*file)}};
}

std::string shown_list(const Value& answer)
{
    const auto& files = *answer.get<Array>();
    if (files.empty())
        return "";
    constexpr std::size_t short_checksum = 12;
    std::vector<std::vector<std::string>> rows{{"LABEL", "NAME", "SIZE", "CHECKSUM"}};
    for (const Value& file : files)
        rows.push_back({text_of(file, "label"), text_of(file, "name"),
                        bytes_text(static_cast<std::size_t>(part<std::int64_t>(*file.get<Object>(), "size"))),
                        text_of(file, "checksum").substr(0, short_checksum)});
    return table(rows);
}

std::string shown_file(const Value& file)
{
    return label_below(text_of(file, "label"), text_of(file, "name")) + "  " +
           bytes_text(static_cast<std::size_t>(part<std::int64_t>(*file.get<Object>(), "size"))) + "\n";
}

int ls(const FileOptions& options)
{
    return with_files(
        options.common, "ls", [&](cfs::Files files, const Tell&) { return listed(std::move(files), options.label); },
        shown_list);
}

int put(const FileOptions& options)
{
    const std::string name =
        options.name.empty() ? std::filesystem::path{options.file}.filename().string() : options.name;
    if (const auto wrong = wrong_file_name(name))
        return print_failure(Failure{Errc::bad_arguments, "the name '" + printable(name) + "' " + *wrong},
                             options.common);
    return with_files(
        options.common, "put " + name,
        [&](cfs::Files files, Tell tell) {
            return as_table(
                cfs::put(std::move(files), options.file, options.label, name, telling_bytes(std::move(tell))));
        },
        shown_file);
}

// A folder takes it under its name.
std::string target_of(const FileOptions& options, const std::string& name)
{
    if (options.file.empty())
        return name;
    std::error_code ignored;
    const bool is_folder = std::filesystem::is_directory(options.file, ignored) || options.file.ends_with('/');
    return is_folder ? (std::filesystem::path{options.file} / name).string() : options.file;
}

int get(const FileOptions& options)
{
    const auto wanted = labelled_name(options.label);
    if (!wanted)
        return print_failure(wanted.error(), options.common);
    const std::string target = target_of(options, wanted->name);
    return with_files(
        options.common, "get " + wanted->name,
        [&](cfs::Files files, Tell tell) {
            return as_table(
                cfs::get(std::move(files), wanted->label, wanted->name, target, telling_bytes(std::move(tell))));
        },
        shown_file);
}

asio::awaitable<Outcome> removed(cfs::Files files, LabelledName file)
{
    auto gone = co_await cfs::remove(std::move(files), file.label, file.name);
    if (gone.has_error())
        co_return std::move(gone).error();
    co_return Outputs{Value{Object{{"files", 1}, {"revisions", *gone}}}};
}

asio::awaitable<Outcome> removed_label(cfs::Files files, std::string label)
{
    auto gone = co_await cfs::remove_label(std::move(files), std::move(label));
    if (gone.has_error())
        co_return std::move(gone).error();
    co_return Outputs{Value{Object{{"files", *gone}}}};
}

std::string shown_removal(const Value& answer)
{
    return counted(part<std::int64_t>(*answer.get<Object>(), "files"), "file") + " removed\n";
}

int rm(const FileOptions& options)
{
    if (options.recursive)
        return with_files(
            options.common, "rm",
            [&](cfs::Files files, const Tell&) { return removed_label(std::move(files), options.label); },
            shown_removal);
    const auto wanted = labelled_name(options.label);
    if (!wanted)
        return print_failure(wanted.error(), options.common);
    return with_files(
        options.common, "rm", [&](cfs::Files files, const Tell&) { return removed(std::move(files), *wanted); },
        shown_removal);
}

using Act = int (*)(const FileOptions& options);

CLI::App* add_verb(CLI::App& fs, Action& chosen, const std::shared_ptr<FileOptions>& options, const char* name,
                   const char* summary, Act act)
{
    CLI::App* command = add_command(fs, name, summary, options->common);
    command->callback([options, act, &chosen] { chosen = [options, act] { return act(*options); }; });
    return command;
}

void add_ls(CLI::App& fs, Action& chosen)
{
    const auto options = std::make_shared<FileOptions>();
    CLI::App* command = add_verb(fs, chosen, options, "ls", "List the files of a label and of those below it", ls);
    add_operand(*command, "LABEL", options->label, "As /measurements/raw; without one, all");
}

void add_put(CLI::App& fs, Action& chosen)
{
    const auto options = std::make_shared<FileOptions>();
    CLI::App* command = add_verb(fs, chosen, options, "put", "Store a file under a label", put);
    add_operand(*command, "FILE", options->file, "The local file")->required();
    add_operand(*command, "LABEL", options->label, "Where it belongs, as /measurements/raw")->required();
    command->add_option("--name", options->name, "Its name there; else that of the file")->type_name("NAME");
}

void add_get(CLI::App& fs, Action& chosen)
{
    const auto options = std::make_shared<FileOptions>();
    CLI::App* command = add_verb(fs, chosen, options, "get", "Fetch the newest revision of a file", get);
    add_operand(*command, "LABEL/NAME", options->label, "As /measurements/raw/week31.csv")->required();
    add_operand(*command, "FILE", options->file, "Where it goes, a file or a folder; else this folder");
}

void add_rm(CLI::App& fs, Action& chosen)
{
    const auto options = std::make_shared<FileOptions>();
    CLI::App* command = add_verb(fs, chosen, options, "rm", "Remove a file, all its revisions", rm);
    add_operand(*command, "LABEL/NAME", options->label, "The file; with --recursive a label")->required();
    command->add_flag("-r,--recursive", options->recursive, "All files of the label and of those below it");
}

} // namespace

void add_fs(CLI::App& program, Action& chosen)
{
    CLI::App* fs = program.add_subcommand("fs", "Files of the colony: names in its server, bytes in the object store");
    fs->require_subcommand(1);
    add_ls(*fs, chosen);
    add_get(*fs, chosen);
    add_put(*fs, chosen);
    add_sync(*fs, chosen);
    add_rm(*fs, chosen);
    add_snapshot(*fs, chosen);
}

} // namespace forager::cli
