#include "functions/backup/backup.hpp"

#include "core/backup_name.hpp"
#include "io/formats/age/age.hpp"
#include "io/process/local_process_runner.hpp"
#include "memory_store.hpp"
#include "primitives/files/new_file.hpp"
#include "processes.hpp"
#include "result_text.hpp"
#include "small_disk.hpp"
#include "strand.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <fcntl.h>
#include <sys/file.h>

using namespace forager;
using namespace forager::test;

namespace fs = std::filesystem;

namespace {

class Lines final : public Observer {
public:
    std::vector<std::string> lines;

    void state(const Invocation&, State, std::string_view) override {}
    void line(const Invocation&, std::string_view text) override { lines.emplace_back(text); }
};

// PostgreSQL's programs are scripts: pg_dump prints a file, pg_restore keeps what it reads, psql says what it is told
// to.
class World {
public:
    explicit World(Environment inherited = {}) : environment{std::move(inherited)}
    {
        settings.server = {"127.0.0.1", 5499, "keeper", Secret{"hush-hush"}, "app"};
        settings.machine = "edge7";
        settings.bucket = "bucket";
        settings.maker = "0a1b2c3d";
        settings.local_dir = folder.at("local");
        program("pg_dump",
                "env | grep ^PG >\"$HERE/dump.env\"; echo \"$@\" >\"$HERE/dump.args\"; cat \"$HERE/content\"");
        program("pg_restore", "echo \"$@\" >\"$HERE/restore.args\"; env | grep ^PGDATA >\"$HERE/restore.env\"; cat "
                              ">\"$HERE/restored\"");
        program("psql", "cat >>\"$HERE/sql\"; cat \"$HERE/answer\"");
        folder.write("content", "PGDMP and more");
        folder.write("answer", "0\n");
        add_backup(registry, {strand.clock, strand.pool, runner, access, read});
    }

    void program(const std::string& name, const std::string& script)
    {
        const std::string path =
            folder.write("bin/" + name, "#!/bin/sh\nHERE='" + folder.path() + "'\n" + script + "\n");
        fs::permissions(path, fs::perms::owner_all);
    }

    Outcome call(std::string name, Object kwargs = {}, std::vector<Value> args = {})
    {
        Started<Outcome> started;
        start(started, std::move(name), std::move(kwargs), std::move(args));
        strand.turn_until([&] { return started.ended(); });
        if (started.thrown)
            std::rethrow_exception(started.thrown);
        return std::move(*started.value);
    }

    void start(Started<Outcome>& started, std::string name, Object kwargs = {}, std::vector<Value> args = {})
    {
        invocation = {};
        invocation.id = "f00d";
        invocation.function = "backup." + std::move(name);
        invocation.kwargs = std::move(kwargs);
        invocation.args = std::move(args);
        strand.start(started, (*registry.find(invocation.function))->handler->run(invocation, {}, observer));
    }

    Object object(std::string name, Object kwargs = {}, std::vector<Value> args = {})
    {
        Outcome outcome = call(std::move(name), std::move(kwargs), std::move(args));
        REQUIRE(outcome);
        REQUIRE(outcome->size() == 1);
        return *outcome->front().get<Object>();
    }

    Failure failure(std::string name, Object kwargs = {}, std::vector<Value> args = {})
    {
        Outcome outcome = call(std::move(name), std::move(kwargs), std::move(args));
        REQUIRE(!outcome);
        return outcome.error();
    }

    std::string key_of(const Object& result) const { return part<std::string>(result, "filepath_s3").substr(1); }

    std::string read_file(const std::string& name) const
    {
        std::ifstream file{folder.at(name), std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    std::size_t listed(Object kwargs = {})
    {
        Outcome outcome = call("list", std::move(kwargs));
        REQUIRE(outcome);
        return outcome->front().get<Array>()->size();
    }

    Environment with_path() const
    {
        Environment all = environment;
        all.push_back("PATH=" + folder.at("bin") + ":/usr/bin:/bin");
        return all;
    }

    TempFolder folder;
    Strand strand;
    Environment environment;
    LocalProcessRunner runner{strand.executor(), strand.pool, strand.clock, with_path()};
    MemoryStore store;
    StoreAccess access = [this]() -> Result<ObjectStore*> { return &store; };
    BackupSettings settings;
    BackupSettingsAccess read = [this]() -> Result<BackupSettings> { return settings; };
    Registry registry;
    Lines observer;
    Invocation invocation;
};

std::string file_in(const std::string& folder)
{
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder})
        names.insert(entry.path().filename().string());
    return names.size() == 1 ? *names.begin() : std::to_string(names.size()) + " files";
}

} // namespace

TEST_CASE("a dump is streamed into the store, and the result has upstream's fields")
{
    World world;
    const Object result = world.object("backup");
    std::vector<std::string> names;
    for (const Member& member : result)
        names.push_back(member.name);
    CHECK(names == std::vector<std::string>{"filename", "bucket", "filepath_s3", "exectime_backup", "size", "size_s3",
                                            "exectime_upload_s3", "checksum", "encrypted", "removed"});
    REQUIRE(world.store.objects.size() == 1);
    const auto& [key, bytes] = *world.store.objects.begin();
    CHECK(bytes == "PGDMP and more");
    CHECK(key == world.key_of(result));
    CHECK(key.starts_with("backups/edge7_5499/postgres/app/backup_app_2"));
    CHECK(part<std::string>(result, "bucket") == "bucket");
    CHECK(part<std::int64_t>(result, "size") == 14);
    CHECK(part<std::int64_t>(result, "size_s3") == 14);
    CHECK(part<std::string>(result, "checksum") == "sha256:" + to_hex(digest(Digest::sha256, bytes)));
    CHECK(!fs::exists(world.folder.at("local")));
}

TEST_CASE("the server of the settings is dumped, or that of the call; the password is in no argument")
{
    World world;
    (void)world.object("backup");
    std::string env = world.read_file("dump.env");
    for (const char* line :
         {"PGHOST=127.0.0.1\n", "PGPORT=5499\n", "PGUSER=keeper\n", "PGDATABASE=app\n", "PGPASSWORD=hush-hush\n"})
        CHECK(env.find(line) != std::string::npos);
    CHECK(world.read_file("dump.args").find("hush") == std::string::npos);
    const Object other =
        world.object("backup", {{"host", "db.example.org"}, {"port", 5432}, {"user", "u"}, {"database", "other"}});
    env = world.read_file("dump.env");
    for (const char* line : {"PGHOST=db.example.org\n", "PGPORT=5432\n", "PGUSER=u\n", "PGDATABASE=other\n"})
        CHECK(env.find(line) != std::string::npos);
    CHECK(world.key_of(other).starts_with("backups/db.example.org/postgres/other/"));
    // It is for the host that it was configured for.
    CHECK(env.find("hush") == std::string::npos);
    (void)world.object("backup", {{"host", "localhost"}});
    CHECK(world.read_file("dump.env").find("PGPASSWORD=hush-hush\n") != std::string::npos);
}

TEST_CASE("of the agent's environment only what protects a connection reaches PostgreSQL's programs")
{
    World world{{"PGSERVICE=other", "PGSERVICEFILE=/etc/other.conf", "PGHOSTADDR=10.0.0.1", "PGUSER=root",
                 "PGOPTIONS=-c role=other", "PGCLIENTENCODING=LATIN1", "PGTARGETSESSIONATTRS=read-write",
                 "PGSSLMODE=verify-full", "PGSSLROOTCERT=/etc/ca.pem"}};
    world.settings.server.user.clear(); // the one that the agent runs as
    (void)world.object("backup");
    const std::string env = "\n" + world.read_file("dump.env");
    for (const char* name :
         {"SERVICE", "SERVICEFILE", "HOSTADDR", "USER", "OPTIONS", "CLIENTENCODING", "TARGETSESSIONATTRS"})
        CHECK_MESSAGE(env.find(std::string{"\nPG"} + name + "=") == std::string::npos, env);
    CHECK(env.find("\nPGSSLMODE=verify-full\n") != std::string::npos);
    CHECK(env.find("\nPGSSLROOTCERT=/etc/ca.pem\n") != std::string::npos);
}

TEST_CASE("a program that is not installed is named with its package")
{
    World world;
    world.program("pg_dump", "exit 127"); // as env does where there is none
    const Failure failure = world.failure("backup");
    CHECK(failure.code == Errc::not_found);
    CHECK(failure.message.find("pg_dump is not installed on this machine") == 0);
}

TEST_CASE("a dump that fails at its end is no backup, and its words are told")
{
    World world;
    world.program("pg_dump", "cat \"$HERE/content\"; echo 'pg_dump: error: query failed: gone' >&2; exit 1");
    const Failure failure = world.failure("backup");
    CHECK(failure.message == "pg_dump ended with status 1: pg_dump: error: query failed: gone");
    CHECK(world.store.objects.empty());
    CHECK(world.observer.lines.front() == "pg_dump: error: query failed: gone");
    world.program("pg_dump", "kill -9 $$");
    CHECK(world.failure("backup").message.find("signal 9") != std::string::npos);
    world.program("pg_dump", "true");
    CHECK(world.failure("backup").message.find("Backup size is 0") == 0);
    CHECK(world.store.objects.empty());
}

TEST_CASE("a store that is cut ends the dump, and there is no backup")
{
    World world;
    const std::string hour = own_hour();
    world.program("pg_dump", "sleep " + hour + " & yes");
    world.store.cut_after = 100'000;
    CHECK(world.failure("backup").message == "the store cut the connection");
    CHECK(world.store.objects.empty());
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("a store that is away is seen before a database is asked")
{
    World world;
    world.store.failures.emplace("make_bucket", Failure{Errc::unreachable, "nobody there"});
    CHECK(world.failure("backup").message == "nobody there");
    CHECK(!fs::exists(world.folder.at("dump.env")));
    // Who may not make buckets may still fill one.
    world.store.failures.clear();
    world.store.failures.emplace("make_bucket", Failure{Errc::refused, "you may not"});
    CHECK(world.call("backup").has_value());
}

TEST_CASE("what is stored is compared, and removed when it is not what was sent")
{
    World world;
    world.store.on_stored = [](std::string& bytes) { bytes.pop_back(); };
    const Failure failure = world.failure("backup");
    CHECK(failure.message.starts_with("File sizes missmatches: 14 bytes were sent"));
    CHECK(world.store.objects.empty());
}

TEST_CASE("what is not as it was sent when it is read back does not stay, and what cannot be had does")
{
    World world;
    world.store.on_stored = [](std::string& bytes) { bytes.back() ^= 1; };
    CHECK(world.failure("backup", {{"verify", true}}).message.ends_with("what was stored was removed"));
    CHECK(world.store.objects.empty());
    world.store.on_stored = {};
    world.store.failures.emplace("get_stream", Failure{Errc::unreachable, "nobody there"});
    const Failure away = world.failure("backup", {{"verify", true}});
    REQUIRE(world.store.objects.size() == 1);
    CHECK(away.message == "nobody there; it is stored as '" + world.store.objects.begin()->first + "' all the same");
}

TEST_CASE("a cancellation ends the dump, and there is no backup")
{
    World world;
    const std::string hour = own_hour();
    world.program("pg_dump", "sleep " + hour + " & yes");
    Started<Outcome> started;
    world.start(started, "backup");
    world.strand.turn_until([&] { return processes_with(hour) > 0; });
    started.cancel();
    world.strand.turn_until([&] { return started.ended(); });
    CHECK(started.thrown);
    CHECK(world.store.objects.empty());
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("a local copy is the same bytes, for its owner alone")
{
    World world;
    const Object result = world.object("backup", {{"local_copy", true}});
    const std::string path = part<std::string>(result, "filepath_local");
    CHECK(path == world.folder.at("local/") + part<std::string>(result, "filename"));
    CHECK(world.read_file("local/" + part<std::string>(result, "filename")) == "PGDMP and more");
    CHECK((fs::status(path).permissions() & fs::perms::all) == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(file_in(world.folder.at("local")) == part<std::string>(result, "filename"));
}

TEST_CASE("a dump that could not be stored is left on the disk, and the failure names it")
{
    World world;
    world.store.failures.emplace("make_bucket", Failure{Errc::unreachable, "nobody there"});
    const Failure failure = world.failure("backup", {{"local_copy", true}});
    const std::string left = world.folder.at("local/") + file_in(world.folder.at("local"));
    CHECK(failure.message == "nobody there; what was dumped is complete, and left in " + left);
    CHECK(left.ends_with(".dump"));
    // It goes when it is too old, as if it were in the store.
    world.store.failures.clear();
    (void)world.object("backup", {{"keep", 2}});
    CHECK(fs::exists(left));
    (void)world.object("backup", {{"keep", 1}});
    CHECK(!fs::exists(left));
    // Half a dump is not.
    world.program("pg_dump", "cat \"$HERE/content\"; exit 1");
    CHECK(world.failure("backup", {{"local_copy", true}}).message.find("left in") == std::string::npos);
    CHECK(file_in(world.folder.at("local")) == "0 files");
}

TEST_CASE("a full disk is told, and half a dump is left neither there nor in the store")
{
    const TempFolder place;
    const SmallDisk disk{place.at("disk")};
    World world;
    world.settings.local_dir = disk.path();
    world.program("pg_dump", "head -c 3000000 /dev/zero");
    const Failure failure = world.failure("backup", {{"local_copy", true}});
    CHECK(failure.code == Errc::limit);
    CHECK(failure.message.find(disk.words()) != std::string::npos);
    CHECK(file_in(disk.path()) == "0 files");
    CHECK(world.store.objects.empty());
    // Without a copy the disk does not matter.
    CHECK(world.call("backup").has_value());
}

TEST_CASE("old backups go, of this database alone, with their local copies")
{
    World world;
    world.store.objects["backups/backup_1700000000.bak"] = "upstream's";
    world.store.objects["backups/edge7_5499/postgres/app/notes.txt"] = "a person's";
    (void)world.object("backup", {{"database", "app2"}, {"keep", 1}});
    std::string newest;
    for (int i = 0; i < 4; ++i)
        newest = world.key_of(world.object("backup", {{"keep", 2}, {"local_copy", true}}));
    CHECK(world.listed({{"database", "app"}}) == 2);
    CHECK(world.listed({{"database", "app2"}}) == 1);
    CHECK(world.store.objects.size() == 5);
    CHECK(world.store.objects.contains(newest));
    CHECK(file_in(world.folder.at("local")) == "2 files");
    CHECK(part<std::int64_t>(world.object("backup", {{"keep", 2}}), "removed") == 1);
}

TEST_CASE("nothing is removed when the list fails, and the backup counts all the same")
{
    World world;
    (void)world.object("backup");
    (void)world.object("backup");
    world.store.failures.emplace("list", Failure{Errc::unreachable, "cut"});
    const Object result = world.object("backup", {{"keep", 1}});
    CHECK(part<std::string>(result, "warning") == "old backups were not removed: cut");
    CHECK(world.store.objects.size() == 3);
    world.store.failures.clear();
    CHECK(part<Array>(world.object("prune", {{"keep", 1}}), "removed").size() == 2);
    CHECK(world.store.objects.size() == 1);
    CHECK(part<Array>(world.object("prune", {{"keep_for", "0s"}}), "removed").empty());
}

TEST_CASE("backups are not removed where the call says so")
{
    World world;
    for (int i = 0; i < 3; ++i)
        CHECK(world.object("backup", {{"keep", 1}, {"prune", false}}).find("removed") == nullptr);
    CHECK(world.store.objects.size() == 3);
}

TEST_CASE("uploads that were cut short are abandoned: old ones, and this agent's")
{
    World world;
    const auto upload = [&](std::string maker, Duration age) {
        BackupName name;
        name.origin = {BackupKind::database, "edge7_5499", "app"};
        name.made = world.strand.clock.wall() - age;
        name.maker = std::move(maker);
        name.suffix = "dump";
        UnfinishedUpload one;
        one.key = key_of("backups", name);
        one.id = std::to_string(world.store.uploads.size());
        one.begun = name.made;
        world.store.uploads.push_back(one);
    };
    upload("0a1b2c3d00000000", std::chrono::minutes{1}); // of this agent before it was killed
    upload("ffffffff00000000", std::chrono::minutes{1}); // of another one, perhaps alive
    upload("ffffffff00000000", std::chrono::hours{48});
    UnfinishedUpload strange;
    strange.key = "backups/edge7_5499/postgres/app/video.mp4";
    strange.id = "strange";
    strange.begun = world.strand.clock.wall() - std::chrono::hours{480};
    world.store.uploads.push_back(strange);
    (void)world.object("backup");
    REQUIRE(world.store.uploads.size() == 2);
    CHECK(world.store.uploads[0].id == "1");
    CHECK(world.store.uploads[1].id == "strange");
}

TEST_CASE("unfinished files that nobody works at are removed")
{
    World world;
    fs::create_directories(world.folder.at("local"));
    for (const char* name : {".forager-killed", ".forager-alive", ".forager-backup-old", ".forager-backup-new", "mine"})
        world.folder.write(std::string{"local/"} + name, "x");
    const auto yesterday = fs::file_time_type::clock::now() - std::chrono::hours{25};
    for (const char* name : {".forager-alive", ".forager-backup-old", "mine"})
        fs::last_write_time(world.folder.at(std::string{"local/"} + name), yesterday);
    const auto begun = NewFile::begin(world.folder.at("local/begun"), "cannot write");
    REQUIRE(begun.has_value());
    const Descriptor alive{::open(world.folder.at("local/.forager-alive").c_str(), O_RDONLY | O_CLOEXEC)};
    REQUIRE(::flock(alive.number(), LOCK_EX) == 0);
    (void)world.object("backup");
    CHECK(!fs::exists(world.folder.at("local/.forager-killed")));
    CHECK(fs::exists(world.folder.at("local/.forager-alive")));
    CHECK(fs::exists(begun->temporary()));
    CHECK(!fs::exists(world.folder.at("local/.forager-backup-old")));
    CHECK(fs::exists(world.folder.at("local/.forager-backup-new")));
    CHECK(fs::exists(world.folder.at("local/mine")));
}

TEST_CASE("with a key backups are encrypted, and the way back is open to who has it")
{
    World world;
    const std::string identity = age::new_identity();
    world.settings.key = Secret{"# a comment\n" + identity + "\n"};
    const Object result = world.object("backup", {{"verify", true}});
    CHECK(world.key_of(result).ends_with(".dump.age"));
    const std::string& stored = world.store.objects.at(world.key_of(result));
    CHECK(stored.starts_with("age-encryption.org/v1\n"));
    CHECK(part<std::int64_t>(result, "size") == 14);
    CHECK(part<std::int64_t>(result, "size_s3") == static_cast<std::int64_t>(stored.size()));
    CHECK(part<bool>(result, "encrypted"));
    CHECK(world.read_file("restored") == "PGDMP and more");
    // Who can only encrypt verifies the stored bytes, and restores nothing.
    world.settings.key = Secret{age::recipient_of(identity)};
    const Object verified = world.object("verify");
    CHECK(part<bool>(verified, "verified"));
    CHECK(!part<bool>(verified, "content_read"));
    CHECK(world.failure("restore").message.find("secret key") != std::string::npos);
    world.settings.key = {};
    CHECK(world.failure("restore").message.find("secret key") != std::string::npos);
    CHECK(world.failure("backup", {{"encrypt", true}}).code == Errc::refused);
    world.settings.key = Secret{identity};
    CHECK(!part<bool>(world.object("backup", {{"encrypt", false}}), "encrypted"));
}

TEST_CASE("a key that is none is refused, and not shown")
{
    World world;
    world.settings.key = Secret{"hunter2"};
    const Failure failure = world.failure("backup");
    CHECK(failure.message.starts_with("[backup] encryption_key: "));
    CHECK(failure.message.find("hunter2") == std::string::npos);
}

TEST_CASE("a backup that was changed in the store is no backup")
{
    World world;
    const Object result = world.object("backup");
    const Value checksum{part<std::string>(result, "checksum")};
    CHECK(part<bool>(world.object("verify", {{"checksum", checksum}}), "verified"));
    world.store.objects.begin()->second[3] = 'X';
    const Failure failure = world.failure("verify", {{"checksum", checksum}});
    CHECK(failure.code == Errc::refused);
    CHECK(failure.message.find("has the checksum sha256:") != std::string::npos);
    world.program("pg_restore", "cat >/dev/null; echo 'pg_restore: error: bad block' >&2; exit 1");
    CHECK(world.failure("verify").message.find("bad block") != std::string::npos);
}

TEST_CASE("a restore goes into an empty or a new database, and over another one when it may")
{
    World world;
    (void)world.object("backup");
    Object result = world.object("restore", {{"into", "copy"}});
    CHECK(part<std::string>(result, "into") == "copy");
    CHECK(world.read_file("restored") == "PGDMP and more");
    CHECK(world.read_file("restore.env") == "PGDATABASE=copy\n");
    CHECK(world.read_file("sql").find("CREATE DATABASE \"copy\"") != std::string::npos);
    world.folder.write("answer", "7\n");
    const Failure failure = world.failure("restore");
    CHECK(failure.code == Errc::refused);
    CHECK(failure.message == "database 'app' has 7 tables, views or sequences in it; clean = true replaces it");
    (void)world.object("restore", {{"clean", true}, {"no_owner", true}});
    const std::string args = world.read_file("restore.args");
    CHECK(args.find("--single-transaction") != std::string::npos);
    CHECK(args.find("--clean --if-exists --no-owner") != std::string::npos);
}

TEST_CASE("a new database that could not be filled is dropped again")
{
    World world;
    (void)world.object("backup");
    world.program("pg_restore", "exit 1");
    (void)world.failure("restore", {{"into", "copy"}});
    CHECK(world.read_file("sql").find("DROP DATABASE IF EXISTS \"copy\"") != std::string::npos);
}

TEST_CASE("nothing is restored of bytes that are not what was stored")
{
    World world;
    world.folder.write("content", std::string(100'000, 'x'));
    (void)world.object("backup");
    world.program("pg_restore", "cat >\"$HERE/restored\"; touch \"$HERE/committed\"");
    const std::string wrong = "sha256:" + std::string(64, '0');
    CHECK(world.failure("restore", {{"into", "copy"}, {"checksum", wrong}}).message.find("has the checksum") !=
          std::string::npos);
    // It never got the end, without which there is no commit.
    CHECK(world.read_file("restored").size() < 100'000);
    CHECK(!fs::exists(world.folder.at("committed")));
}

TEST_CASE("a restore test drops what the same agent left when it was killed, and not what it is at")
{
    World world;
    (void)world.object("backup");
    const std::string hour = own_hour();
    world.program("pg_restore", "sleep " + hour);
    Started<Outcome> first;
    world.start(first, "verify", {{"restore_test", true}});
    world.strand.turn_until([&] { return processes_with(hour) > 0; });
    const std::string sql = world.read_file("sql");
    const std::string create = "CREATE DATABASE \"";
    const auto at = sql.find(create) + create.size();
    const std::string name = sql.substr(at, sql.find('"', at) - at);
    CHECK(name.find("_0a1b2c3d_") != std::string::npos);
    fs::remove(world.folder.at("sql"));
    world.program("pg_restore", "exit 1");
    (void)world.failure("verify", {{"restore_test", true}});
    const std::string leftovers = "OR (starts_with(substr(datname, 33), '0a1b2c3d_') AND datname <> '" + name + "')";
    CHECK(world.read_file("sql").find(leftovers) != std::string::npos);
    first.cancel();
    world.strand.turn_until([&] { return first.ended(); });
    CHECK(first.thrown);
    fs::remove(world.folder.at("sql"));
    world.settings.maker.clear(); // a command's
    (void)world.failure("verify", {{"restore_test", true}});
    CHECK(world.read_file("sql").find("OR (starts_with") == std::string::npos);
}

TEST_CASE("a restore test uses a database of its own, which is dropped whatever happens")
{
    World world;
    (void)world.object("backup", {{"restore_test", true}});
    const auto drops = [&] {
        const std::string sql = world.read_file("sql");
        const auto at = sql.find("DROP DATABASE IF EXISTS \"forager_restore_test_");
        fs::remove(world.folder.at("sql"));
        return at != std::string::npos && sql.find("CREATE DATABASE \"forager_restore_test_") < at;
    };
    CHECK(drops());
    world.program("pg_restore", "echo no >&2; exit 1");
    CHECK(world.failure("verify", {{"restore_test", true}}).message.find("pg_restore ended with status 1: no") == 0);
    CHECK(drops());
    const std::string hour = own_hour();
    world.program("pg_restore", "sleep " + hour);
    Started<Outcome> started;
    world.start(started, "verify", {{"restore_test", true}});
    world.strand.turn_until([&] { return processes_with(hour) > 0; });
    started.cancel();
    world.strand.turn_until([&] { return started.ended(); });
    CHECK(started.thrown);
    CHECK(drops());
}

TEST_CASE("a folder is packed, verified and put back as it was")
{
    World world;
    world.folder.write("data/a.txt", "one");
    world.folder.write("data/sub/b c.txt", std::string(300'000, 'b'));
    world.folder.write("data/skip.log", "noise");
    fs::create_symlink("a.txt", world.folder.at("data/link"));
    const Value path{world.folder.at("data")};
    const Object result =
        world.object("backup", {{"directory", path}, {"exclude", Value{Array{Value{"*.log"}}}}, {"verify", true}});
    CHECK(world.key_of(result).starts_with("backups/edge7/directory/~2F"));
    CHECK(world.key_of(result).ends_with(".tar.gz"));
    const Value copy{world.folder.at("copy")};
    (void)world.object("restore", {{"directory", path}, {"into", copy}});
    CHECK(world.read_file("copy/sub/b c.txt") == std::string(300'000, 'b'));
    CHECK(fs::read_symlink(world.folder.at("copy/link")) == "a.txt");
    CHECK(!fs::exists(world.folder.at("copy/skip.log")));
    // Not over what is there, unless it may; then nothing of the old one is left.
    CHECK(world.failure("restore", {{"directory", path}})
              .message.ends_with("is there and not empty; clean = true replaces it"));
    world.folder.write("data/new.txt", "later");
    (void)world.object("restore", {{"directory", path}, {"clean", true}});
    CHECK(!fs::exists(world.folder.at("data/new.txt")));
    CHECK(world.read_file("data/a.txt") == "one");
    for (const auto& entry : fs::directory_iterator{world.folder.path()})
        CHECK(!entry.path().filename().string().starts_with(".forager"));
}

TEST_CASE("half a folder is never put in place")
{
    World world;
    world.folder.write("data/a.txt", std::string(300'000, 'a'));
    const Value path{world.folder.at("data")};
    const Object result = world.object("backup", {{"directory", path}});
    std::string& stored = world.store.objects.at(world.key_of(result));
    stored.resize(stored.size() / 2);
    CHECK(!world.call("restore", {{"directory", path}, {"clean", true}}).has_value());
    CHECK(world.read_file("data/a.txt").size() == 300'000);
    CHECK(!world.call("verify", {{"directory", path}}).has_value());
    CHECK(!world.call("restore", {{"directory", path}, {"into", world.folder.at("no/such/folder")}}).has_value());
    CHECK(!fs::exists(world.folder.at("no")));
    (void)world.object("backup", {{"directory", path}});
    (void)world.object("restore", {{"directory", path}, {"into", world.folder.at("no/such/folder")}});
    CHECK(world.read_file("no/such/folder/a.txt").size() == 300'000);
}

TEST_CASE("a folder that is not there is told, and makes no backup")
{
    World world;
    CHECK(world.failure("backup", {{"directory", world.folder.at("none")}}).message.find("cannot pack") == 0);
    CHECK(world.store.objects.empty());
}

TEST_CASE("which one is restored: the newest, one by its file's name, or by its key alone")
{
    World world;
    world.folder.write("content", "first");
    const Object first = world.object("backup");
    world.folder.write("content", "second");
    (void)world.object("backup");
    (void)world.object("restore", {{"into", "c"}});
    CHECK(world.read_file("restored") == "second");
    (void)world.object("restore", {{"into", "c"}, {"file", part<std::string>(first, "filename")}});
    CHECK(world.read_file("restored") == "first");
    world.settings.server.database = "";
    (void)world.object("restore", {}, {Value{part<std::string>(first, "filepath_s3")}});
    CHECK(world.read_file("restored") == "first");
    CHECK(world.read_file("restore.env") == "PGDATABASE=app\n");
    CHECK(world.failure("restore", {{"database", "none"}}).code == Errc::not_found);
    CHECK(world.failure("restore", {}, {Value{"backups/x/y"}}).code == Errc::bad_arguments);
}

TEST_CASE("arguments that cannot be meant are refused before anything happens")
{
    World world;
    const std::vector<std::pair<Object, std::string>> wrong = {
        {{{"keep", 0}}, "'keep' must be a whole number from 1 up"},
        {{{"keep", "many"}}, "'keep' must be"},
        {{{"keep_for", "soon"}}, "keep_for"},
        {{{"datbase", "app"}}, "there is no keyword argument 'datbase' (did you mean 'database'?)"},
        {{{"port", 70'000}}, "'port' must be"},
        {{{"directory", "relative"}}, "'directory' must be an absolute path"},
        {{{"directory", "/srv"}, {"restore_test", true}}, "'restore_test' is for the dump of a database"},
        {{{"directory", "/srv"}, {"port", 1}}, "'port' is for a database"},
        {{{"sqlite", "/x.db"}, {"exclude", Array{}}}, "'exclude' is for a 'directory'"},
        {{{"allow_changes", true}}, "'allow_changes' is for a 'directory'"},
        {{{"directory", "/srv"}, {"sqlite", "/x.db"}}, "one of 'database', 'directory' and 'sqlite'"},
        {{{"local_copy", "yes"}}, "local_copy"},
        {{{"database", std::string{"a\0b", 3}}}, "'database' has a NUL byte"},
    };
    for (const auto& [kwargs, words] : wrong) {
        const Failure failure = world.failure("backup", kwargs);
        CHECK(failure.code == Errc::bad_arguments);
        CHECK_MESSAGE(failure.message.find(words) != std::string::npos, failure.message);
    }
    world.settings.server.host = "";
    CHECK(world.failure("backup").message.starts_with("no PostgreSQL is configured: set [postgres] host"));
    CHECK(world.store.calls.empty());
    world.settings.server = {"127.0.0.1", 5432, "", {}, ""};
    CHECK(world.failure("backup").message.find("which database?") != std::string::npos);
}
