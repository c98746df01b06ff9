#include "functions/backup/backup.hpp"

#include "functions/backup/checking.hpp"
#include "functions/backup/making.hpp"
#include "functions/backup/request.hpp"
#include "functions/backup/restoring.hpp"
#include "functions/backup/stored.hpp"
#include "functions/backup/work.hpp"
#include "functions/builtin_function.hpp"
#include "functions/lines_to_observer.hpp"
#include "primitives/command_scope.hpp"

#include <boost/asio/this_coro.hpp>

#include <memory>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

using namespace backup;

using Answer = asio::awaitable<Result<Value>>;
using Do = Answer (*)(const Work& work);

// What the functions of one program share.
struct Family {
    BackupGround ground;
    std::set<std::string> uploading;
    std::set<std::string> testing;
};

class BackupFunction final : public Handler {
public:
    BackupFunction(std::shared_ptr<Family> family, Do what) : family_{std::move(family)}, do_{what} {}

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        auto settings = family_->ground.settings();
        if (!settings)
            co_return settings.error();
        std::optional<age::Keys> keys;
        if (!settings->key.empty()) {
            auto read = age::read_keys(settings->key.reveal());
            if (!read)
                co_return Failure{read.error().code, "[backup] encryption_key: " + read.error().message};
            keys = std::move(*read);
        }
        const auto store = family_->ground.store();
        if (!store)
            co_return store.error();
        const auto executor = co_await asio::this_coro::executor;
        LinesToObserver lines{invocation, observer};
        CommandScope scope{family_->ground.processes};
        const Work work{executor,
                        family_->ground.clock,
                        family_->ground.pool,
                        {family_->ground.processes, scope.id(), &lines},
                        **store,
                        *settings,
                        keys,
                        family_->uploading,
                        family_->testing,
                        invocation,
                        observer};
        Result<Value> value = co_await scope.around(do_(work));
        if (!value)
            co_return value.error();
        co_return Outputs{std::move(*value)};
    }

private:
    std::shared_ptr<Family> family_;
    Do do_;
};

Result<Value> as_value(Result<Object> record)
{
    return record ? Result<Value>{Value{std::move(*record)}} : Result<Value>{record.error()};
}

Answer do_backup(const Work& work)
{
    auto request = backup_request(work.invocation, work.settings);
    if (!request)
        co_return request.error();
    auto made = co_await make(work, std::move(*request));
    co_return as_value(std::move(made));
}

using OnOne = asio::awaitable<Result<Object>> (*)(const Work& work, Found found, Request request);

Answer on_one(const Work& work, Result<Request> request, OnOne what)
{
    if (!request)
        co_return request.error();
    auto found = co_await chosen(work, *request);
    if (!found)
        co_return found.error();
    auto done = co_await what(work, std::move(*found), std::move(*request));
    co_return as_value(std::move(done));
}

Answer do_restore(const Work& work)
{
    return on_one(work, restore_request(work.invocation, work.settings), restore);
}

Answer do_verify(const Work& work)
{
    return on_one(work, verify_request(work.invocation, work.settings), verify);
}

Answer do_list(const Work& work)
{
    const auto origin = list_request(work.invocation, work.settings);
    if (!origin)
        co_return origin.error();
    const auto all = co_await backups(work, *origin);
    if (!all)
        co_return all.error();
    Array records;
    for (const Found& one : *all)
        records.emplace_back(record_of(one));
    co_return Value{std::move(records)};
}

Answer do_prune(const Work& work)
{
    const auto request = prune_request(work.invocation, work.settings);
    if (!request)
        co_return request.error();
    const auto gone = co_await prune(work, request->origin, request->retention, "");
    if (!gone)
        co_return gone.error();
    co_return Value{Object{{"removed", Array(gone->begin(), gone->end())}}};
}

void add(Registry& registry, const std::shared_ptr<Family>& family, std::string name, std::string doc, Do what)
{
    Function function;
    function.name = "backup." + std::move(name);
    function.doc = std::move(doc);
    function.variadic = true;
    function.raw = true;
    add_function(registry, std::move(function), std::make_shared<BackupFunction>(family, what));
}

} // namespace

void add_backup(Registry& registry, BackupGround ground)
{
    const auto family = std::make_shared<Family>(Family{ground, {}, {}});
    add(registry, family, "backup",
        "Dumps a PostgreSQL database into the object store, verifies its size, and removes old dumps of it. Keywords: "
        "database, host, port, user, keep, keep_for, prune, local_copy, encrypt, verify, restore_test; directory "
        "(exclude, allow_changes) or sqlite for a folder or a SQLite file instead.",
        do_backup);
    add(registry, family, "restore",
        "Restores a backup, the newest unless file says another. Keywords: file, database, directory, sqlite, host, "
        "port, "
        "user, into, clean, no_owner, checksum.",
        do_restore);
    add(registry, family, "list",
        "The backups that are stored, the newest first. Keywords: database, directory, sqlite, host, port, user.",
        do_list);
    add(registry, family, "verify",
        "Reads a backup to its end, the newest unless file says another. Keywords: file, checksum, restore_test, "
        "database, "
        "directory, sqlite, host, port, user.",
        do_verify);
    add(registry, family, "prune",
        "Removes old backups, never the newest. Keywords: keep, keep_for, database, directory, sqlite, host, port, "
        "user.",
        do_prune);
}

} // namespace forager
