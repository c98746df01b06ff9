#include "primitives/cfs/snapshots.hpp"

#include "base/text.hpp"
#include "clients/colonies/calls/files.hpp"
#include "clients/colonies/refusal.hpp"
#include "core/file_label.hpp"
#include "core/path_text.hpp"
#include "io/few_at_once.hpp"
#include "primitives/cfs/asking.hpp"
#include "primitives/cfs/bringing.hpp"
#include "primitives/files/paths.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace forager::cfs {

namespace asio = boost::asio;
using colonies::Snapshot;

namespace {

constexpr std::size_t questions_at_once = 4;

// As the server makes them: 64 hexadecimal digits.
bool is_id(std::string_view text)
{
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

Object table_of(const Snapshot& snapshot)
{
    Object table{
        {"id", snapshot.id}, {"name", snapshot.name}, {"label", snapshot.label}, {"files", snapshot.files.size()}};
    if (snapshot.added)
        table.append("added", std::chrono::duration<double>(snapshot.added->time_since_epoch()).count());
    return table;
}

Failure no_such_snapshot(const std::string& snapshot)
{
    return {Errc::not_found, "the colony has no snapshot '" + tail(printable(snapshot), 80) + "'"};
}

// The server's words for one that is not there are those of its database.
asio::awaitable<Result<Snapshot>> find(Files files, std::string snapshot)
{
    const colonies::Caller caller = files.member().caller();
    const std::string& colony = files.member().colony();
    auto all = co_await colonies::get_snapshots(caller, colony);
    if (all.has_error())
        co_return std::move(all).error();
    const auto by_id = std::ranges::find(*all, snapshot, &Snapshot::id);
    const auto found =
        is_id(snapshot) && by_id != all->end() ? by_id : std::ranges::find(*all, snapshot, &Snapshot::name);
    if (found == all->end())
        co_return no_such_snapshot(snapshot);
    auto whole = co_await colonies::get_snapshot(caller, colony, found->id);
    co_return whole;
}

Result<void> check_name(const std::string& name)
{
    if (const auto wrong = wrong_file_name(name))
        return Failure{Errc::bad_arguments, "the snapshot's name " + *wrong};
    if (name.find(':') != name.npos)
        return Failure{Errc::bad_arguments, "the snapshot's name '" + name +
                                                "' holds a colon, which the server puts "
                                                "between a colony and its snapshots"};
    return {};
}

// Of a label without a file of its own the server makes an empty snapshot.
asio::awaitable<Result<void>> check_label(Files files, std::string label)
{
    auto labels = co_await list_labels(files, label);
    if (labels.has_error())
        co_return std::move(labels).error();
    if (labels->labels.empty())
        co_return Failure{Errc::not_found, "the colony has no file at or below the label " + shown(label)};
    if (labels->labels.front() != label)
        co_return Failure{Errc::refused, "the label " + shown(label) +
                                             " has files in labels below it and none of its "
                                             "own: of such a one the server takes an empty snapshot; take one of " +
                                             shown(labels->labels.front()) + ", or put a file into it"};
    co_return Result<void>{};
}

// The records of a snapshot's files; those that are gone, by their ids.
struct Records {
    Files files;
    std::vector<std::string> ids{};
    std::vector<std::optional<colonies::File>> found{};
    std::optional<Failure> failure{};
};

// A server that does not know an id refuses it as a mistake of the caller's.
bool is_no_record(const Failure& failure)
{
    const colonies::Refusal refusal = colonies::refusal_of(failure);
    return failure.code == Errc::not_found || refusal == colonies::Refusal::not_found ||
           (refusal == colonies::Refusal::other && part<std::int64_t>(failure.details, "status") == 400);
}

asio::awaitable<bool> read_one(Records& records, std::size_t index)
{
    const std::string id = records.ids[index];
    const colonies::Caller caller = records.files.member().caller();
    const std::string& colony = records.files.member().colony();
    auto record = co_await colonies::get_file(caller, colony, id);
    if (record.has_value())
        records.found[index] = std::move(*record);
    else if (!is_no_record(record.error()))
        records.failure = std::move(record).error();
    co_return !records.failure;
}

RemoteFile file_of(const colonies::File& record)
{
    RemoteFile file;
    file.label = record.label;
    file.name = record.name;
    file.size = static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.size));
    file.checksum = record.checksum;
    file.object = record.reference.object.object;
    return file;
}

Failure gone(const Snapshot& snapshot, std::ptrdiff_t count)
{
    return {Errc::not_found, std::to_string(count) + " of the " + std::to_string(snapshot.files.size()) +
                                 " files of the snapshot '" + printable(snapshot.name) +
                                 "' were removed from the colony since it was taken; the others are in place"};
}

} // namespace

asio::awaitable<Result<Object>> create_snapshot(Files files, std::string label, std::string name)
{
    auto given = file_label(label);
    if (!given)
        co_return given.error();
    if (auto good = check_name(name); !good)
        co_return good.error();
    if (auto good = co_await check_label(files, *given); good.has_error())
        co_return std::move(good).error();
    auto made = co_await colonies::create_snapshot(files.member().caller(), {files.member().colony(), *given, name});
    if (made.has_error())
        co_return std::move(made).error();
    co_return table_of(*made);
}

asio::awaitable<Result<Object>> get_snapshot(Files files, std::string snapshot)
{
    auto found = co_await find(std::move(files), std::move(snapshot));
    if (found.has_error())
        co_return std::move(found).error();
    co_return table_of(*found);
}

asio::awaitable<Result<Array>> list_snapshots(Files files)
{
    auto all = co_await colonies::get_snapshots(files.member().caller(), files.member().colony());
    if (all.has_error())
        co_return std::move(all).error();
    Array list;
    for (const Snapshot& snapshot : *all)
        list.emplace_back(table_of(snapshot));
    co_return list;
}

asio::awaitable<Result<void>> remove_snapshot(Files files, std::string snapshot)
{
    auto found = co_await find(files, std::move(snapshot));
    if (found.has_error())
        co_return std::move(found).error();
    auto removed = co_await colonies::remove_snapshot(files.member().caller(), files.member().colony(), found->id);
    co_return removed;
}

asio::awaitable<Result<SyncReport>> download_snapshot(Files files, std::string snapshot, SyncWish wish)
{
    auto found = co_await find(files, std::move(snapshot));
    if (found.has_error())
        co_return std::move(found).error();
    Records records{files, found->files, std::vector<std::optional<colonies::File>>(found->files.size())};
    co_await few_at_once(questions_at_once, records.ids.size(),
                         [&records](std::size_t index) { return read_one(records, index); });
    if (records.failure)
        co_return std::move(*records.failure);
    std::vector<RemoteFile> wanted;
    for (const auto& record : records.found)
        if (record && is_within(record->label, found->label) && !wrong_file_name(record->name))
            wanted.push_back(file_of(*record));
    wish.label = found->label;
    const auto missing = std::ranges::count_if(records.found, [](const auto& record) { return !record; });
    auto report = co_await bring(files, std::move(wish), std::move(wanted));
    if (report.has_value() && missing > 0)
        co_return gone(*found, missing);
    co_return report;
}

} // namespace forager::cfs
