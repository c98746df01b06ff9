#include "clients/colonies/calls/files.hpp"

#include "clients/colonies/calls/ask.hpp"
#include "clients/colonies/refusal.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace forager::colonies {

namespace asio = boost::asio;

namespace {

Object by_name(FileName file, bool latest)
{
    return {{"colonyname", std::move(file.colony)},
            {"label", std::move(file.label)},
            {"name", std::move(file.name)},
            {"latest", latest}};
}

// The server answers a question about one with a list, too.
asio::awaitable<Result<File>> first_of(Caller member, Object payload)
{
    auto files = co_await ask_row<File>(std::move(member), "getfilemsg", std::move(payload));
    if (files.has_error())
        co_return std::move(files).error();
    if (files->empty())
        co_return Failure{Errc::not_found, "the colony server has no such file"};
    co_return std::move(files->front());
}

} // namespace

asio::awaitable<Result<File>> add_file(Caller member, File file)
{
    return ask<File>(std::move(member), "addfilemsg", {{"file", to_object(file)}});
}

asio::awaitable<Result<File>> get_file(Caller member, std::string colony, std::string file)
{
    return first_of(std::move(member), {{"colonyname", std::move(colony)}, {"fileid", std::move(file)}});
}

asio::awaitable<Result<File>> get_newest_file(Caller member, FileName file)
{
    return first_of(std::move(member), by_name(std::move(file), true));
}

asio::awaitable<Result<std::vector<File>>> get_revisions(Caller member, FileName file)
{
    auto files = co_await ask_row<File>(std::move(member), "getfilemsg", by_name(std::move(file), false));
    if (files.has_error() && refusal_of(files.error()) == Refusal::not_found)
        co_return std::vector<File>{};
    if (files.has_value())
        std::ranges::sort(*files, std::greater{}, &File::sequence);
    co_return files;
}

asio::awaitable<Result<std::vector<FileData>>> get_files(Caller member, std::string colony, std::string label)
{
    return ask_row<FileData>(std::move(member), "getfilesmsg",
                             {{"colonyname", std::move(colony)}, {"label", std::move(label)}});
}

asio::awaitable<Result<std::vector<Label>>> get_labels(Caller member, std::string colony, std::string beginning)
{
    return ask_row<Label>(std::move(member), "getfilelabelsmsg",
                          {{"colonyname", std::move(colony)}, {"name", std::move(beginning)}, {"exact", false}});
}

asio::awaitable<Result<void>> remove_file(Caller member, std::string colony, std::string file)
{
    return tell(std::move(member), "removefilemsg", {{"colonyname", std::move(colony)}, {"fileid", std::move(file)}});
}

asio::awaitable<Result<Snapshot>> create_snapshot(Caller member, FileName snapshot)
{
    return ask<Snapshot>(std::move(member), "createsnapshotmsg",
                         {{"colonyname", std::move(snapshot.colony)},
                          {"label", std::move(snapshot.label)},
                          {"name", std::move(snapshot.name)}});
}

asio::awaitable<Result<Snapshot>> get_snapshot(Caller member, std::string colony, std::string snapshot)
{
    return ask<Snapshot>(std::move(member), "getsnapshotmsg",
                         {{"colonyname", std::move(colony)}, {"snapshotid", std::move(snapshot)}});
}

asio::awaitable<Result<Snapshot>> find_snapshot(Caller member, std::string colony, std::string name)
{
    return ask<Snapshot>(std::move(member), "getsnapshotmsg",
                         {{"colonyname", std::move(colony)}, {"name", std::move(name)}});
}

asio::awaitable<Result<std::vector<Snapshot>>> get_snapshots(Caller member, std::string colony)
{
    return ask_list<Snapshot>(std::move(member), "getsnapshotsmsg", {{"colonyname", std::move(colony)}});
}

asio::awaitable<Result<void>> remove_snapshot(Caller member, std::string colony, std::string snapshot)
{
    return tell(std::move(member), "removesnapshotmsg",
                {{"colonyname", std::move(colony)}, {"snapshotid", std::move(snapshot)}});
}

asio::awaitable<Result<void>> remove_all_snapshots(Caller member, std::string colony)
{
    return tell(std::move(member), "removeallsnapshotmsg", {{"colonyname", std::move(colony)}});
}

} // namespace forager::colonies
