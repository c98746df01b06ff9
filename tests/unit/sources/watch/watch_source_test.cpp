#include "sources/watch/watch_source.hpp"

#include "io/entropy.hpp"
#include "other_user.hpp"
#include "result_text.hpp"
#include "strand.hpp"
#include "temp_folder.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

using Paths = std::vector<std::string>;

class FakeMemory final : public HandledFiles {
public:
    asio::awaitable<Result<std::vector<std::pair<std::string, FileMark>>>> all(std::string watch) override
    {
        if (refusal)
            co_return *refusal;
        const auto& known = files[watch];
        co_return std::vector<std::pair<std::string, FileMark>>(known.begin(), known.end());
    }

    asio::awaitable<Result<void>> remember(std::string watch, std::string path, FileMark mark) override
    {
        if (refusal)
            co_return *refusal;
        files[watch][path] = mark;
        co_return Result<void>{};
    }

    asio::awaitable<Result<void>> forget(std::string watch, std::string path) override
    {
        files[watch].erase(path);
        co_return Result<void>{};
    }

    std::optional<Failure> refusal;
    std::map<std::string, std::map<std::string, FileMark>> files;
};

Watch watch(std::string pattern, WatchKind kind = WatchKind::settled, std::string name = "in")
{
    return {std::move(name), std::move(pattern), kind, 10ms};
}

WatchConfig quick()
{
    WatchConfig config;
    config.gather = 1ms;
    config.shortest_pause = 1ms;
    config.longest_pause = 5ms;
    return config;
}

// An agent that can be stopped and begun again; its memory stays.
class Agent {
public:
    explicit Agent(WatchConfig config = quick()) : config_{config} {}
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;
    ~Agent() { stop(); }

    void begin(std::vector<Watch> watches)
    {
        WatchParts parts{strand.clock,
                         random,
                         strand.pool,
                         memory,
                         [this](WatchEvent event) { return take(std::move(event)); },
                         [this](const std::string& message) { told.push_back(message); }};
        source = std::make_unique<WatchSource>(strand.executor(), std::move(parts), config_);
        REQUIRE(source->set(std::move(watches)));
        running = true;
        asio::co_spawn(strand.io, source->run(),
                       asio::bind_cancellation_slot(signal.slot(), [this](std::exception_ptr) { running = false; }));
    }

    void stop()
    {
        if (!source)
            return;
        signal.emit(asio::cancellation_type::terminal);
        CHECK(until([&] { return !running; }));
        source.reset();
    }

    // The limit is for broken tests alone.
    template <class Condition> bool until(Condition done)
    {
        const auto limit = std::chrono::steady_clock::now() + 20s;
        strand.io.restart();
        while (!done() && std::chrono::steady_clock::now() < limit)
            strand.io.run_one_for(50ms);
        return done();
    }

    bool gets(std::size_t count)
    {
        return until([&] { return events.size() >= count; });
    }

    bool hears(const std::string& part)
    {
        return until([&] { return times_told(part) > 0; });
    }

    std::ptrdiff_t times_told(const std::string& part) const
    {
        return std::ranges::count_if(told, [&](const auto& text) { return text.find(part) != std::string::npos; });
    }

    // It listens in its folders and has looked at what is there.
    bool is_ready()
    {
        return until(
            [&] { return std::ranges::all_of(source->list(), [](const auto& status) { return status.folders > 0; }); });
    }

    Paths paths() const
    {
        Paths paths;
        for (const WatchEvent& event : events)
            paths.push_back(event.path);
        return paths;
    }

    Strand strand;
    SystemRandom random{1};
    FakeMemory memory;
    std::optional<Failure> refusal;
    std::string refused_watch; ///< empty: all of them
    std::size_t tries = 0;
    std::vector<WatchEvent> events;
    std::vector<std::string> told;
    asio::cancellation_signal signal;
    bool running = false;
    std::unique_ptr<WatchSource> source;

private:
    asio::awaitable<Result<void>> take(WatchEvent event)
    {
        ++tries;
        if (refusal && (refused_watch.empty() || refused_watch == event.watch))
            co_return *refusal;
        events.push_back(std::move(event));
        co_return Result<void>{};
    }

    WatchConfig config_;
};

// Takes every descriptor that the process may still open.
class NoDescriptors {
public:
    NoDescriptors()
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit few{256, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &few);
        for (int taken = ::dup(STDERR_FILENO); taken >= 0; taken = ::dup(STDERR_FILENO))
            taken_.push_back(taken);
    }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;
    ~NoDescriptors()
    {
        for (const int taken : taken_)
            ::close(taken);
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }

private:
    rlimit before_{};
    std::vector<int> taken_;
};

} // namespace

TEST_CASE("a file that was written or moved in is told when it has settled, once")
{
    const TempFolder folder;
    Agent agent;
    agent.begin({watch(folder.at("*.csv"))});
    REQUIRE(agent.is_ready());
    folder.write("a.csv", "1");
    REQUIRE(agent.gets(1));
    CHECK(agent.events[0].watch == "in");
    CHECK(agent.events[0].kind == WatchKind::settled);
    CHECK(agent.events[0].key.starts_with("file in " + folder.at("a.csv") + " "));
    folder.write("b.part", "2");
    folder.write(".c.csv", "3");
    fs::rename(folder.at("b.part"), folder.at("b.csv"));
    REQUIRE(agent.gets(2));
    CHECK(agent.paths() == Paths{folder.at("a.csv"), folder.at("b.csv")});
    CHECK(agent.until([&] { return agent.memory.files["in"].size() == 2; }));
    CHECK(agent.told.empty());
}

TEST_CASE("a file that its writer keeps open settles whenever it is left alone")
{
    const TempFolder folder;
    Agent agent;
    agent.begin({watch(folder.at("log"))});
    REQUIRE(agent.is_ready());
    std::ofstream writer{folder.at("log")};
    writer << "one" << std::flush;
    REQUIRE(agent.gets(1));
    writer << "two" << std::flush;
    REQUIRE(agent.gets(2));
    CHECK(agent.events[0].key != agent.events[1].key);
}

TEST_CASE("a new file is told when it appears, and again when another takes its name, but not when it changes")
{
    const TempFolder folder;
    Agent agent;
    agent.begin({watch(folder.at("*"), WatchKind::added)});
    REQUIRE(agent.is_ready());
    std::ofstream writer{folder.at("a")};
    REQUIRE(agent.gets(1));
    writer << "more" << std::flush;
    folder.write("b", "");
    REQUIRE(agent.gets(2));
    fs::remove(folder.at("a"));
    folder.write("a", "again");
    REQUIRE(agent.gets(3));
    fs::rename(folder.at("b"), folder.at(".b"));
    fs::rename(folder.at(".b"), folder.at("b")); // the same inode, as a file system may also give to the next file
    REQUIRE(agent.gets(4));
    CHECK(agent.paths() == Paths{folder.at("a"), folder.at("b"), folder.at("a"), folder.at("b")});
}

TEST_CASE("a watch for changes tells of changed files alone, replaced ones among them")
{
    const TempFolder folder;
    folder.write("a", "1");
    Agent agent;
    agent.begin({watch(folder.at("*"), WatchKind::changed)});
    REQUIRE(agent.is_ready());
    REQUIRE(agent.until([&] { return agent.memory.files["in"].size() == 1; }));
    folder.write("a", "12");
    REQUIRE(agent.gets(1));
    folder.write(".a", "123");
    fs::rename(folder.at(".a"), folder.at("a"));
    REQUIRE(agent.until([&] { return !agent.events.empty() && agent.events.back().key.ends_with(" 3"); }));
    CHECK(agent.events.back().path == folder.at("a"));
}

TEST_CASE("files that were there before count as new, unless they were handled in this state")
{
    const TempFolder folder;
    folder.write("a", "1");
    folder.write("b", "1");
    Agent agent;
    agent.begin({watch(folder.at("?"))});
    REQUIRE(agent.gets(2));
    REQUIRE(agent.until([&] { return agent.memory.files["in"].size() == 2; }));
    agent.stop();
    folder.write("b", "changed");
    fs::remove(folder.at("a"));
    folder.write("c", "1");
    agent.begin({watch(folder.at("?"))});
    REQUIRE(agent.gets(4));
    CHECK(agent.until([&] { return agent.memory.files["in"].size() == 2; }));
    agent.stop();
    agent.begin({watch(folder.at("?"))});
    REQUIRE(agent.is_ready());
    folder.write("d", "1");
    REQUIRE(agent.gets(5));
    CHECK(agent.events.back().path == folder.at("d"));
}

TEST_CASE("an event that was accepted, but not remembered, comes again under the same key")
{
    const TempFolder folder;
    folder.write("a", "1");
    Agent agent;
    agent.begin({watch(folder.at("*"))});
    REQUIRE(agent.is_ready());
    agent.memory.refusal = Failure{Errc::refused, "the disk is gone."};
    REQUIRE(agent.hears("may be told again after a restart: the disk is gone."));
    agent.stop();
    agent.begin({watch(folder.at("*"))});
    REQUIRE(agent.hears("its handled files cannot be read"));
    agent.memory.refusal.reset();
    REQUIRE(agent.gets(2));
    CHECK(agent.events[0].key == agent.events[1].key);
}

TEST_CASE("a folder that does not exist yet is waited for, and one that is replaced is followed")
{
    const TempFolder folder;
    Agent agent;
    agent.begin({watch(folder.at("var/spool/in/*"))});
    REQUIRE(agent.is_ready());
    folder.write("var/spool/in/a", "1");
    REQUIRE(agent.gets(1));
    fs::rename(folder.at("var/spool/in"), folder.at("var/spool/old"));
    folder.write("var/spool/in/b", "1");
    REQUIRE(agent.gets(2));
    CHECK(agent.until([&] { return agent.memory.files["in"].size() == 1; }));
    folder.write("var/spool/old/c", "1");
    folder.write("var/spool/in/d", "1");
    REQUIRE(agent.gets(3));
    CHECK(agent.events.back().path == folder.at("var/spool/in/d"));
    fs::remove_all(folder.at("var"));
    CHECK(agent.until([&] { return agent.memory.files["in"].empty(); }));
    folder.write("var/spool/in/e", "1");
    CHECK(agent.gets(4));
    CHECK(agent.told.empty());
}

TEST_CASE("wildcards in folders find folders that are there and those that come")
{
    const TempFolder folder;
    folder.write("north/in/a.csv", "1");
    folder.write("north/out/no.csv", "1");
    Agent agent;
    agent.begin({watch(folder.at("*/in/*.csv"))});
    REQUIRE(agent.gets(1));
    folder.write("south/in/b.csv", "1");
    REQUIRE(agent.gets(2));
    folder.write("south/in/c.csv", "1");
    REQUIRE(agent.gets(3));
    CHECK(agent.paths() ==
          Paths{folder.at("north/in/a.csv"), folder.at("south/in/b.csv"), folder.at("south/in/c.csv")});
}

TEST_CASE("what is refused is told once, tried again until it is accepted, and holds up no other watch")
{
    const TempFolder folder;
    Agent agent;
    agent.refusal = Failure{Errc::limit, "the queue is full."};
    agent.refused_watch = "full";
    agent.begin({watch(folder.at("full/*"), WatchKind::settled, "full"),
                 watch(folder.at("free/*"), WatchKind::settled, "free")});
    folder.write("full/a", "1");
    REQUIRE(agent.until([&] { return agent.tries > 5; }));
    folder.write("free/b", "1");
    REQUIRE(agent.gets(1));
    CHECK(agent.events[0].watch == "free");
    CHECK(agent.times_told("file watch 'full': its files wait: the queue is full.") == 1);
    CHECK(agent.source->list().front().troubles == std::vector<std::string>{"its files wait: the queue is full."});
    agent.refusal.reset();
    REQUIRE(agent.gets(2));
    CHECK(agent.hears("file watch 'full': goes on"));
}

TEST_CASE("an event that can never be accepted is given up aloud")
{
    const TempFolder folder;
    Agent agent;
    agent.refusal = Failure{Errc::bad_arguments, "the function takes no path."};
    agent.begin({watch(folder.at("*"))});
    folder.write("a", "1");
    REQUIRE(agent.hears("a' is given up until the agent starts again: the function takes no path."));
    agent.refusal.reset();
    folder.write("b", "1");
    REQUIRE(agent.gets(1));
    CHECK(agent.tries == 2);
    CHECK(agent.events[0].path == folder.at("b"));
}

TEST_CASE("links are left alone, and paths that lead nowhere are told, once")
{
    WatchConfig config = quick();
    config.rescan = 5ms;
    const TempFolder folder;
    folder.write("in/file", "1");
    folder.write("target", "1");
    fs::create_symlink(folder.at("target"), folder.at("in/link"));
    fs::create_symlink(folder.at("nowhere"), folder.at("in/dangling"));
    fs::create_symlink(folder.at("loop"), folder.at("loop"));
    fs::create_directory(folder.at("in/folder"));
    fs::create_directory_symlink(folder.at("in"), folder.at("way"));
    Agent agent{config};
    agent.begin({watch(folder.at("way/*")), watch(folder.at("target/*"), WatchKind::settled, "file"),
                 watch(folder.at("loop/*"), WatchKind::settled, "loop")});
    REQUIRE(agent.gets(1));
    REQUIRE(agent.hears("file watch 'loop': cannot look into '" + folder.at("loop")));
    REQUIRE(agent.hears("file watch 'file': '" + folder.at("target") + "' is not a folder."));
    folder.write("in/other", "1");
    REQUIRE(agent.gets(2));
    CHECK(agent.paths() == Paths{folder.at("way/file"), folder.at("way/other")});
    CHECK(agent.times_told("way/link' is a symbolic link") == 1);
    CHECK(agent.times_told("way/dangling' is a symbolic link") == 1);
    CHECK(agent.told.size() == 4);
}

TEST_CASE("a folder that is closed to the agent is told, and taken up when it is opened")
{
    const TempFolder folder;
    folder.write("in/a", "1");
    fs::permissions(folder.path(), fs::perms{0755});
    fs::permissions(folder.at("in"), fs::perms{0700});
    std::promise<bool> told;
    bool taken = false;
    // The kernel refuses root nothing; the pool's threads are born with this thread's user.
    std::thread other_user{[&] {
        if (!become_nobody_in_this_thread())
            fs::permissions(folder.at("in"), fs::perms{0});
        WatchConfig config = quick();
        config.rescan = 20ms;
        Agent agent{config};
        agent.begin({watch(folder.at("in/*"))});
        told.set_value(agent.hears("cannot list the folder '" + folder.at("in") + "': permission denied."));
        taken = agent.gets(1);
    }};
    CHECK(told.get_future().get());
    fs::permissions(folder.at("in"), fs::perms{0755});
    other_user.join();
    CHECK(taken);
}

TEST_CASE("more files than there is room for are taken up as room comes, each once")
{
    WatchConfig config = quick();
    config.most_waiting = 20;
    const TempFolder folder;
    Agent agent{config};
    agent.refusal = Failure{Errc::limit, "the queue is full."};
    agent.begin({watch(folder.at("*"))});
    REQUIRE(agent.is_ready());
    for (int i = 0; i < 500; ++i)
        folder.write(std::to_string(i), "1");
    REQUIRE(agent.hears("there is room for 20 files that wait"));
    CHECK(agent.source->list().front().waiting == 20);
    agent.refusal.reset();
    REQUIRE(agent.gets(500));
    folder.write("last", "1");
    REQUIRE(agent.gets(501));
    Paths paths = agent.paths();
    std::ranges::sort(paths);
    CHECK(std::ranges::adjacent_find(paths) == paths.end());
}

TEST_CASE("a machine that has no descriptors left is told of, and files are found once it has")
{
    WatchConfig config = quick();
    config.rescan = 5ms;
    const TempFolder folder;
    folder.write("a", "1");
    Agent agent{config};
    {
        const NoDescriptors none;
        agent.begin({watch(folder.at("*"))});
        REQUIRE(agent.hears("too many files are open"));
        REQUIRE(agent.hears("cannot list the folder '" + folder.path() + "': too many open files."));
        CHECK(agent.times_told("too many files are open") == 1);
    }
    CHECK(agent.gets(1));
}

TEST_CASE("a file that goes before it has settled is not told")
{
    const TempFolder folder;
    Agent agent;
    agent.begin({watch(folder.at("*"))});
    REQUIRE(agent.is_ready());
    for (int i = 0; i < 50; ++i) {
        folder.write("brief", "1");
        fs::remove(folder.at("brief"));
    }
    folder.write("lasting", "1");
    REQUIRE(agent.gets(1));
    CHECK(agent.paths() == Paths{folder.at("lasting")});
    CHECK(agent.source->list().front().files == 1);
}

TEST_CASE("a reload keeps equal watches, drops others, and changes nothing when it is refused")
{
    const TempFolder folder;
    Agent agent;
    const Watch kept = watch(folder.at("kept/*"), WatchKind::settled, "kept");
    folder.write("kept/a", "1");
    folder.write("gone/a", "1");
    agent.begin({kept, watch(folder.at("gone/*"), WatchKind::settled, "gone")});
    REQUIRE(agent.gets(2));
    CHECK_FALSE(agent.source->set({watch("relative")}));
    CHECK_FALSE(agent.source->set({kept, kept}));
    CHECK(agent.source->list().size() == 2);
    REQUIRE(agent.source->set({kept, watch(folder.at("new/*"), WatchKind::settled, "new")}));
    REQUIRE(agent.is_ready());
    folder.write("gone/b", "1");
    folder.write("kept/b", "1");
    REQUIRE(agent.gets(3));
    folder.write("new/a", "1");
    REQUIRE(agent.gets(4));
    const Paths paths = agent.paths();
    CHECK(Paths(paths.begin() + 2, paths.end()) == Paths{folder.at("kept/b"), folder.at("new/a")});
}
