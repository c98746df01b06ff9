#include "functions/with_files.hpp"

#include "colony_files.hpp"
#include "primitives/cfs/snapshots.hpp"
#include "recording_observer.hpp"
#include "result_text.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <string>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

Value entries(Object entry)
{
    return Value{Array{Value{std::move(entry)}}};
}

// A process with files, and what it does with them.
struct Process {
    Process()
    {
        invocation.id = "ab12";
        invocation.function = "ml.execute";
    }

    Outcome run(Value fs)
    {
        invocation.kwargs.set("fs", std::move(fs));
        auto wanted = files_wanted_by(invocation);
        if (!wanted)
            return wanted.error();
        cfs::Config config = world.files().config();
        config.root = root();
        made.emplace(world.colony.member, world.objects, world.colony.world.pool, config);
        return world.run(with_files(access, invocation, observer, *wanted, work()));
    }

    asio::awaitable<Outcome> work()
    {
        ++runs;
        co_return does();
    }

    std::string root() const { return world.folder.at("root"); }

    std::string said() const
    {
        std::string text;
        for (const auto& line : observer.lines)
            text += line + "\n";
        return text;
    }

    ColonyFilesWorld world;
    Invocation invocation;
    RecordingObserver observer{world.colony.world.clock};
    std::optional<cfs::Files> made;
    cfs::FilesAccess access = [this]() -> Result<cfs::Files*> { return &*made; };
    std::function<Outcome()> does = [] { return Outcome{Outputs{}}; };
    int runs = 0;
};

Value results(Object more = {})
{
    Object entry{{"label", "/results/{processid}"}, {"dir", "/results/{processid}"}};
    for (const Member& member : more)
        entry.set(member.name, member.value);
    return Object{{"mount", "/cfs"}, {"dirs", entries(std::move(entry))}};
}

Outcome failure(const char* message)
{
    return Failure{Errc::exit, message};
}

} // namespace

TEST_CASE("files are in place before, and results are stored after")
{
    Process process;
    process.world.put_by_another("/results/ab12", "input", "in");
    process.does = [&] {
        CHECK(process.world.folder.read("root/results/ab12/input") == "in");
        process.world.folder.write("root/results/ab12/output", "out");
        return Outcome{Outputs{}};
    };
    CHECK(process.run(results()).has_value());
    CHECK(process.world.revisions("/results/ab12", "output") == 1);
    CHECK_FALSE(fs::exists(process.root() + "/results/ab12"));
    CHECK(process.said().find("downloaded 1 (2 B), uploaded 0") != std::string::npos);
    CHECK(process.said().find("uploaded 1 (3 B)") != std::string::npos);
}

TEST_CASE("files are kept where that is wanted")
{
    Process process;
    process.does = [&] {
        process.world.folder.write("root/results/ab12/output", "out");
        return Outcome{Outputs{}};
    };
    CHECK(process.run(results({{"keepfiles", true}})).has_value());
    CHECK(process.world.folder.read("root/results/ab12/output") == "out");
}

TEST_CASE("what a process has left that failed is stored only when that is asked for")
{
    for (const bool asked : {false, true}) {
        Process process;
        process.does = [&] {
            process.world.folder.write("root/results/ab12/output", "half");
            return failure("exit 3");
        };
        const auto outcome = process.run(results({{"onconflicts", Object{{"onclose", Object{{"onfailure", asked}}}}}}));
        CHECK(outcome.error().message == "exit 3");
        CHECK(process.world.revisions("/results/ab12", "output") == (asked ? 1 : 0));
    }
}

TEST_CASE("keywords say what the server has no room for in a process's own files")
{
    Process process;
    process.invocation.kwargs = {{"onfailure", true}, {"keep_snapshots", true}};
    process.invocation.kwargs.set("fs", Object{{"snapshots", entries({{"snapshotid", "s"}, {"dir", "d"}})},
                                               {"dirs", entries({{"label", "/l"}, {"dir", "e"}})}});
    const auto wanted = files_wanted_by(process.invocation);
    CHECK(wanted.value().snapshots[0].keep_snapshot);
    CHECK(wanted->folders[0].on_failure);
}

TEST_CASE("of a conflict the process's own result wins at the end, and the colony's file at the beginning")
{
    Process process;
    process.world.put_by_another("/l", "n", "theirs");
    process.world.folder.write("root/d/n", "of before");
    process.does = [&] {
        CHECK(process.world.folder.read("root/d/n") == "theirs");
        process.world.folder.write("root/d/n", "result");
        return Outcome{Outputs{}};
    };
    CHECK(process.run(Object{{"dirs", entries({{"label", "/l"}, {"dir", "/d"}, {"keepfiles", true}})}}).has_value());
    CHECK(process.world.revisions("/l", "n") == 2);
    CHECK(part<std::int64_t>(process.world.records.back(), "size") == 6);
}

TEST_CASE("a snapshot comes, and goes when the process has ended for good")
{
    for (const bool fails : {false, true})
        for (const bool tries_again : {false, true}) {
            Process process;
            process.world.put_by_another("/code", "main.py", "print()");
            const auto snapshot = process.world.run(cfs::create_snapshot(process.world.files(), "/code", "s"));
            process.does = [&] {
                CHECK(process.world.folder.read("root/code/main.py") == "print()");
                return fails ? failure("exit 1") : Outcome{Outputs{}};
            };
            process.invocation.retries = tries_again ? 1 : 0;
            (void)process.run(Object{
                {"mount", "/cfs"},
                {"snapshots",
                 entries({{"snapshotid", part<std::string>(*snapshot, "id")}, {"label", "/code"}, {"dir", "/code"}})}});
            const bool stays = fails && tries_again;
            CHECK(process.world.snapshots.size() == (stays ? 1 : 0));
            CHECK(fs::exists(process.root() + "/code") == stays);
            CHECK(process.world.records.size() == 1);
        }
}

TEST_CASE("nothing is run when files cannot be brought")
{
    Process process;
    process.world.put_by_another("/results/ab12", "lost", "x");
    process.world.objects.objects.clear();
    const auto outcome = process.run(results());
    CHECK(outcome.error().message.starts_with("Failed to sync to filesystem, onProcessStart=true: "));
    CHECK(process.runs == 0);
}

TEST_CASE("results that cannot be stored are a failure, and stay where they are")
{
    Process process;
    process.does = [&] {
        process.world.folder.write("root/results/ab12/output", "out");
        process.world.objects.fails = [](std::string_view call, const std::string&) -> std::optional<Failure> {
            if (call == "put_file")
                return Failure{Errc::unreachable, "nobody there"};
            return {};
        };
        return Outcome{Outputs{}};
    };
    const auto outcome = process.run(results());
    CHECK(outcome.error().message.starts_with("Failed to sync to filesystem, onProcessStart=false: "));
    CHECK(process.world.folder.read("root/results/ab12/output") == "out");
}

TEST_CASE("a dir that leads out is refused before anything runs, also by a link")
{
    Process process;
    CHECK(process.run(Object{{"dirs", entries({{"label", "/l"}, {"dir", "/../../etc"}})}}).error().code ==
          Errc::bad_arguments);
    process.world.folder.write("outside/n", "x");
    fs::create_directories(process.root());
    fs::create_directory_symlink("../outside", process.root() + "/link");
    const auto outcome = process.run(Object{{"dirs", entries({{"label", "/l"}, {"dir", "/link"}})}});
    CHECK(outcome.error().message.find("leads out of") != std::string::npos);
    CHECK(process.runs == 0);
    CHECK(process.world.records.empty());
    CHECK(process.world.folder.read("outside/n") == "x");
}

TEST_CASE("an agent without a folder for files says what to set")
{
    Process process;
    process.made.emplace(process.world.files());
    process.invocation.kwargs = {{"fs", results()}};
    const auto outcome = process.world.run(with_files(process.access, process.invocation, process.observer,
                                                      *files_wanted_by(process.invocation), process.work()));
    CHECK(outcome.error().message.find("EXECUTOR_FS_DIR") != std::string::npos);
    CHECK(process.runs == 0);
}

TEST_CASE("a process that had ended when the agent died is not run again: its files are stored")
{
    Process process;
    process.does = [&] {
        process.world.folder.write("root/results/ab12/output", "out");
        return Outcome{Outputs{}};
    };
    struct Killed {};
    process.world.objects.fails = [](std::string_view call, const std::string&) -> std::optional<Failure> {
        if (call == "put_file")
            throw Killed{};
        return {};
    };
    CHECK_THROWS_AS(process.run(results()), Killed);
    process.world.objects.fails = {};
    CHECK(process.run(results()).has_value());
    CHECK(process.runs == 1);
    CHECK(process.world.revisions("/results/ab12", "output") == 1);
    CHECK(process.said().find("it had ended when the agent did") != std::string::npos);
    CHECK(process.run(results()).has_value());
    CHECK(process.runs == 2);
}

namespace {

// What the colony says of a process when it is asked.
struct Server {
    int status;
    Object process;
};

Server with(int state, int retries)
{
    const Object spec{{"maxexectime", 5}, {"maxretries", 1}};
    return {200, {{"processid", "ab12"}, {"state", state}, {"retries", retries}, {"spec", spec}}};
}

struct Cut : Process {
    explicit Cut(const Server& server)
    {
        world.put_by_another("/code", "main", "x");
        const auto made = world.run(cfs::create_snapshot(world.files(), "/code", "s"));
        fs = {{"snapshots", entries({{"snapshotid", part<std::string>(made.value(), "id")}, {"dir", "d"}})},
              {"dirs", entries({{"label", "/results"}, {"dir", "e"}})}};
        world.colony.on["getprocessmsg"] = [server](const Heard&) {
            return server.status == 200
                       ? reply_of(to_json(server.process))
                       : refusal_of_server(server.status, server.status == 404 ? "process is nil" : "busy");
        };
        does = [this]() -> Outcome {
            world.folder.write("root/e/half", "half");
            throw boost::system::system_error{asio::error::operation_aborted};
        };
    }

    /// Whether the snapshot, and the folders, are there after it was cancelled.
    bool left_all()
    {
        CHECK_THROWS_AS(run(fs), boost::system::system_error);
        const bool all = world.snapshots.size() == 1 && world.folder.read("root/e/half") == "half";
        const bool none = world.snapshots.empty() && !std::filesystem::exists(root() + "/e");
        CHECK(all != none);
        return all;
    }

    Object fs;
};

bool left_by_lent(const Server& server)
{
    Cut process{server};
    process.invocation.env.set("COLONIES_PROCESS_ID", "ab12");
    return process.left_all();
}

} // namespace

TEST_CASE("files and snapshots stay with a process that was cut off as long as its colony gives it to somebody again")
{
    CHECK(left_by_lent(with(1, 0)));
    CHECK(left_by_lent(with(0, 0)));
    CHECK(left_by_lent({500, {}})); // nobody can tell
    CHECK_FALSE(left_by_lent(with(1, 1)));
    CHECK_FALSE(left_by_lent(with(4, 0)));
    CHECK_FALSE(left_by_lent({404, {}}));
}

TEST_CASE("what no colony has lent is over with its deadline, and else may be gone on with")
{
    Cut process{{404, {}}};
    CHECK(process.left_all());
    process.invocation.deadline = TimePoint{};
    CHECK_FALSE(process.left_all());
}

TEST_CASE("what a try that was cut off has left is there for the next one, and stored by none but the end")
{
    Cut process{{404, {}}};
    CHECK(process.left_all());
    process.does = [&] {
        CHECK(process.world.folder.read("root/e/half") == "half");
        CHECK(process.world.revisions("/results", "half") == 0);
        return failure("exit 3");
    };
    CHECK(process.run(process.fs).has_error());
    CHECK(process.world.revisions("/results", "half") == 0);
    process.world.folder.write("root/e/before", "it was there before");
    process.does = [&] {
        CHECK(process.world.revisions("/results", "before") == 1);
        return Outcome{Outputs{}};
    };
    CHECK(process.run(Object{{"dirs", entries({{"label", "/results"}, {"dir", "e"}})}}).has_value());
}

TEST_CASE("without files the work is only the work")
{
    Process process;
    process.access = []() -> Result<cfs::Files*> { return Failure{Errc::refused, "none"}; };
    CHECK(process.run(Value{}).has_value());
    CHECK(process.run(Object{{"mount", "/cfs"}}).has_value());
    CHECK(process.runs == 2);
}
