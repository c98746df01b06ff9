#include "primitives/replicas/local_replicas.hpp"

#include "io/process/launch.hpp"
#include "io/process/replica/replica_keeper.hpp"
#include "processes.hpp"
#include "result_text.hpp"
#include "strand.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <boost/system/system_error.hpp>

#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
using reconcile::Deployment;
using reconcile::Instance;
using reconcile::Key;
using replicas::LocalReplicas;

namespace {

const std::string for_ever = "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done";

Deployment deployment(const std::string& script, const std::string& name = "web")
{
    Deployment wanted;
    wanted.key = {"", "lab", "ExecutorDeployment", name};
    wanted.id = "0123456789abcdef";
    wanted.generation = 7;
    wanted.runtime = reconcile::Runtime::local;
    wanted.replica.command = {"/bin/sh", "-c", script};
    wanted.grace = 5s;
    return wanted;
}

NewReplica replica(const std::string& name, std::vector<std::pair<std::string, std::string>> env = {})
{
    NewReplica fresh;
    fresh.name = name;
    fresh.executor = name + "-7";
    fresh.env = std::move(env);
    return fresh;
}

// One folder, and one reconciler after another that finds its replicas there.
struct World {
    TempFolder folder;
    Strand strand;
    std::unique_ptr<LocalReplicas> runtime;

    World() { next(); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World()
    {
        const auto keys = strand.run(runtime->keys(""));
        for (const Key& key : *keys)
            end_all(key);
    }

    void next() { runtime = std::make_unique<LocalReplicas>(parts()); }

    LocalReplicas::Parts parts()
    {
        auto environment = [this] {
            return Environment{"PATH=" + std::string{std::getenv("PATH")}, "FROM=" + folder.path()};
        };
        return {folder.at("replicas"), strand.executor(), strand.pool, strand.clock, environment};
    }

    void end_all(const Key& key)
    {
        Deployment wanted;
        wanted.key = key;
        wanted.grace = {};
        for (const Instance& instance : list(key))
            CHECK(strand.run(runtime->stop(wanted, instance)).has_value());
    }

    std::vector<Instance> list(const Key& key = deployment("").key)
    {
        const auto found = strand.run(runtime->list(key));
        REQUIRE(found);
        return *found;
    }

    Instance only()
    {
        const std::vector<Instance> all = list();
        REQUIRE(all.size() == 1);
        return all.front();
    }

    Result<void> start(const Deployment& wanted, const NewReplica& fresh)
    {
        return strand.run(runtime->start(wanted, fresh));
    }

    Instance started(const Deployment& wanted, const NewReplica& fresh)
    {
        REQUIRE(start(wanted, fresh));
        return only();
    }

    Instance started(const std::string& script) { return started(deployment(script), replica("web-0")); }

    Result<void> stop(const Instance& instance, Duration grace = 5s)
    {
        Deployment wanted = deployment("");
        wanted.grace = grace;
        return strand.run(runtime->stop(wanted, instance));
    }

    template <class Condition> void until(Condition condition)
    {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!condition() && std::chrono::steady_clock::now() < deadline)
            strand.run(sleep_for(strand.clock, 5ms));
        REQUIRE(condition());
    }

    Instance until_ended()
    {
        until([this] { return only().state == Instance::State::ended; });
        return only();
    }

    std::string log(std::size_t lines = 100)
    {
        const auto text = strand.run(runtime->log(deployment("").key, "web-0", lines));
        REQUIRE(text);
        return *text;
    }

    std::filesystem::path place()
    {
        for (const auto& entry : std::filesystem::recursive_directory_iterator{folder.at("replicas")})
            if (entry.path().filename() == "web-0")
                return entry.path();
        return {};
    }

    ProcessIdentity keeper()
    {
        const auto keeper = ReplicaFolder{place()}.keeper();
        REQUIRE(keeper);
        return *keeper;
    }

    std::size_t entries() const
    {
        using Folder = std::filesystem::directory_iterator;
        return static_cast<std::size_t>(std::distance(Folder{folder.at("replicas")}, Folder{}));
    }
};

pid_t process_of(const Instance& instance)
{
    return static_cast<pid_t>(std::stol(instance.id));
}

// Also when whoever is its parent now has not collected it yet.
bool is_gone(pid_t process)
{
    const std::string stat = content_of("/proc/" + std::to_string(process) + "/stat");
    return stat.empty() || stat.find(") Z ") != stat.npos;
}

// What a watch has told so far.
struct Watching {
    World& world;
    std::vector<Key> heard;
    Started<Failure> started;

    explicit Watching(World& world) : world{world}
    {
        world.strand.start(started, world.runtime->watch([this](const Key& key) { heard.push_back(key); }));
        REQUIRE(world.strand.turn_until([this] { return !heard.empty(); }));
        CHECK(heard.front() == Key{});
        settle();
    }
    Watching(const Watching&) = delete;
    Watching& operator=(const Watching&) = delete;
    ~Watching()
    {
        if (!started.ended()) // else its cancellation would come when this has gone
            started.cancel();
        world.strand.turn_until([this] { return started.ended(); });
    }

    // What is still underway of what was done before is not what the test waits for.
    void settle()
    {
        std::size_t known = 0;
        do {
            known = heard.size();
            world.strand.run(sleep_for(world.strand.clock, 100ms));
        } while (heard.size() != known);
        heard.clear();
    }

    bool hears_within_a_second()
    {
        const auto begun = std::chrono::steady_clock::now();
        while (heard.empty() && std::chrono::steady_clock::now() < begun + 1s)
            world.strand.run(sleep_for(world.strand.clock, 5ms));
        return !heard.empty() && heard.front() == deployment("").key;
    }
};

} // namespace

TEST_CASE("a local replica runs, is seen as it is, and is gone when it is stopped")
{
    World world;
    CHECK(world.list().empty());
    const Instance instance = world.started(for_ever);
    CHECK(instance.name == "web-0");
    CHECK(instance.state == Instance::State::running);
    CHECK(instance.ready);
    CHECK(instance.generation == 7);
    CHECK(instance.executor == "web-0-7");
    CHECK(instance.print == print_of(deployment(for_ever).replica));
    CHECK(instance.image == "/bin/sh");
    CHECK(instance.started);
    CHECK(instance.id ==
          std::to_string(process_of(instance)) + "@" + std::to_string(birth_of(process_of(instance)).value_or(0)));
    const pid_t keeper = world.keeper().process;
    REQUIRE(world.stop(instance));
    CHECK(world.list().empty());
    CHECK(is_gone(process_of(instance)));
    CHECK(is_gone(keeper));
    CHECK(world.entries() == 0);
    CHECK(world.stop(instance).has_value());
}

TEST_CASE("what nobody else may read is in folders that nobody else may enter")
{
    World world;
    world.started(for_ever);
    for (const std::string& path : {world.folder.at("replicas"), world.place().string()})
        CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::mask) ==
              std::filesystem::perms::owner_all);
}

TEST_CASE("the next reconciler finds what runs")
{
    World world;
    const Instance before = world.started(for_ever);
    world.next();
    CHECK(world.only().id == before.id);
    CHECK(world.only().state == Instance::State::running);
    CHECK(world.stop(before).has_value());
    CHECK(is_gone(process_of(before)));
}

TEST_CASE("how it ended is known, to later ones as well")
{
    World world;
    world.started("exit 3");
    Instance ended = world.until_ended();
    CHECK(ended.exit_code == 3);
    CHECK(ended.trouble == "it has ended with status 3");
    CHECK(ended.ended);
    CHECK_FALSE(ended.ready);
    world.next();
    CHECK(world.only().exit_code == 3);
    REQUIRE(world.start(deployment("echo more; echo why >&2; kill -9 $$"), replica("web-0")));
    ended = world.until_ended();
    CHECK(ended.exit_code == 137);
    CHECK(ended.trouble == "it was killed by signal 9, after it said: why");
}

TEST_CASE("what cannot be started says why, and nothing is left of it")
{
    World world;
    Deployment wanted = deployment("");
    wanted.replica.command = {"no-such-program-at-all"};
    const auto missing = world.start(wanted, replica("web-0"));
    REQUIRE(missing.has_error());
    CHECK(missing.error().code == Errc::not_found);
    CHECK(missing.error().message.find("no-such-program-at-all") != std::string::npos);
    wanted = deployment("true");
    wanted.replica.cwd = "/not/there";
    CHECK(world.start(wanted, replica("web-0")).error().code == Errc::not_found);
    wanted = deployment("true");
    wanted.replica.user = "no-such-user-at-all";
    CHECK(world.start(wanted, replica("web-0")).error().code == Errc::not_found);
    CHECK(world.start(deployment("true"), replica("../web")).error().code == Errc::bad_arguments);
    CHECK(world.list().empty());
    CHECK(world.entries() == 0);
}

TEST_CASE("one that runs is not started again, one that has ended is replaced")
{
    World world;
    const Instance first = world.started(for_ever);
    const auto again = world.start(deployment(for_ever), replica("web-0"));
    REQUIRE(again.has_error());
    CHECK(again.error().code == Errc::refused);
    CHECK(world.only().id == first.id);
    ::kill(process_of(first), SIGKILL);
    world.until_ended();
    const Instance second = world.started(for_ever);
    CHECK(second.state == Instance::State::running);
    CHECK(second.id != first.id);
    // Who looked before does not end what came since.
    CHECK(world.stop(first).has_value());
    CHECK(world.only().id == second.id);
}

TEST_CASE("of two starts of one name at once, one is refused")
{
    World world;
    LocalReplicas other{world.parts()};
    Started<Result<void>> one;
    Started<Result<void>> two;
    world.strand.start(one, world.runtime->start(deployment(for_ever), replica("web-0")));
    world.strand.start(two, world.runtime->start(deployment(for_ever), replica("web-0")));
    world.strand.turn_until([&] { return one.ended() && two.ended(); });
    CHECK(one.value->has_value() != two.value->has_value());
    CHECK(world.only().state == Instance::State::running);
}

TEST_CASE("a replica has the environment that it was given, and it is written down nowhere")
{
    World world;
    const Deployment wanted = deployment("echo \"$FROM|$OWN|$PATH\"; pwd; " + for_ever);
    world.started(wanted, replica("web-0", {{"OWN", "secret-of-mine"}, {"PATH", "/bin:/usr/bin"}}));
    world.until([&] { return world.log().find("up\n") != std::string::npos; });
    CHECK(world.log() ==
          world.folder.path() + "|secret-of-mine|/bin:/usr/bin\n" + world.place().string() + "/work\nup\n");
    CHECK(world.log(1) == "up\n");
    for (const auto& entry : std::filesystem::directory_iterator{world.place()})
        if (entry.is_regular_file())
            CHECK(content_of(entry.path()).find("secret-of-mine") == std::string::npos);
    const auto none = world.strand.run(world.runtime->log(wanted.key, "web-1", 5));
    REQUIRE(none.has_error());
    CHECK(none.error().code == Errc::not_found);
}

TEST_CASE("the limits of a document are set")
{
    World world;
    Deployment wanted = deployment("ulimit -v; nproc; ulimit -n; pwd");
    wanted.replica.memory = std::uint64_t{512} << 20U;
    wanted.replica.cpu = 0.5;
    wanted.replica.cwd = "/";
    world.started(wanted, replica("web-0"));
    world.until_ended();
    CHECK(world.log() == "524288\n1\n1024\n/\n");
}

TEST_CASE("whatever a replica has started is gone with it")
{
    World world;
    const std::string hour = own_hour();
    const std::string hidden =
        "setsid sh -c 'env -i sleep " + hour + " & trap \"\" TERM; sleep " + hour + " & wait' & ";
    const Instance instance = world.started(hidden + for_ever);
    world.until([&] { return processes_with(hour) >= 4; });
    SUBCASE("when it is stopped")
    {
        CHECK(world.stop(instance).has_value());
    }
    SUBCASE("when it has ended by itself")
    {
        ::kill(process_of(instance), SIGKILL);
        world.until_ended();
    }
    SUBCASE("when its keeper was killed")
    {
        ::kill(world.keeper().process, SIGKILL);
        const Instance lost = world.until_ended();
        CHECK(lost.trouble == "its keeper was killed");
        CHECK(world.stop(lost).has_value());
    }
    CHECK(processes_with(hour) == 0);
    CHECK(is_gone(process_of(instance)));
}

TEST_CASE("a replica is asked before it is killed, and has its grace")
{
    World world;
    const std::string marker = world.folder.at("asked");
    Instance instance =
        world.started("trap 'echo asked >" + marker + "; exit 0' TERM; echo up; while :; do sleep 0.05; done");
    world.until([&] { return world.log() == "up\n"; });
    CHECK(world.stop(instance).has_value());
    CHECK(world.folder.read("asked") == "asked\n");

    instance = world.started("trap 'echo asked' TERM; echo up; while :; do sleep 0.05; done");
    world.until([&] { return world.log() == "up\n"; });
    const auto begun = std::chrono::steady_clock::now();
    CHECK(world.stop(instance, 500ms).has_value());
    CHECK(std::chrono::steady_clock::now() - begun >= 500ms);
    CHECK(is_gone(process_of(instance)));
}

TEST_CASE("a stop that is cancelled leaves nothing unknown")
{
    World world;
    const Instance instance = world.started("trap '' TERM; echo up; while :; do sleep 0.05; done");
    world.until([&] { return world.log() == "up\n"; });
    Started<Result<void>> stopping;
    Deployment wanted = deployment("");
    wanted.grace = 1h;
    world.strand.start(stopping, world.runtime->stop(wanted, instance));
    world.strand.run(sleep_for(world.strand.clock, 50ms));
    stopping.cancel();
    world.strand.turn_until([&] { return stopping.ended(); });
    CHECK(stopping.thrown);
    CHECK(world.only().id == instance.id);
    CHECK(world.stop(instance, 0s).has_value());
    CHECK(is_gone(process_of(instance)));
}

TEST_CASE("what is left of a start that was cut off is swept away")
{
    World world;
    world.started(for_ever);
    const std::filesystem::path place = world.place();
    const ReplicaFolder half{place.parent_path().string() + "/web-1"};
    ReplicaLabels labels = ReplicaFolder{place}.labels().value();
    labels.name = "web-1";
    SUBCASE("by a process that is gone")
    {
        labels.maker = {1 << 22, 1, labels.maker.boot};
        REQUIRE(half.make(labels));
    }
    SUBCASE("by this one")
    {
        REQUIRE(half.make(labels));
    }
    SUBCASE("before the labels were written")
    {
        std::filesystem::create_directory(half.path());
    }
    CHECK(world.only().name == "web-0");
    CHECK_FALSE(std::filesystem::exists(half.path()));
}

TEST_CASE("a replica that another process is about to start is left to it")
{
    World world;
    world.started(for_ever);
    const std::filesystem::path place = world.place();
    const ReplicaFolder half{place.parent_path().string() + "/web-1"};
    ReplicaLabels labels = ReplicaFolder{place}.labels().value();
    labels.name = "web-1";
    labels.maker = {getppid(), birth_of(getppid()).value_or(0), labels.maker.boot};
    REQUIRE(half.make(labels));
    const std::vector<Instance> all = world.list();
    REQUIRE(all.size() == 2);
    CHECK(all[1].state == Instance::State::starting);
    const auto again = world.start(deployment(for_ever), replica("web-1"));
    REQUIRE(again.has_error());
    CHECK(again.error().code == Errc::refused);
}

TEST_CASE("a removal that was cut off is completed, with what still runs")
{
    World world;
    const Instance instance = world.started(for_ever);
    std::filesystem::rename(world.place(), world.folder.at("replicas/.gone-4194304-1-1"));
    std::filesystem::create_directory(world.folder.at("replicas/.new-4194304-1-2"));
    CHECK(world.list().empty());
    CHECK(world.strand.run(world.runtime->keys(""))->empty());
    CHECK(is_gone(process_of(instance)));
    for (const auto& entry : std::filesystem::directory_iterator{world.folder.at("replicas")})
        CHECK(entry.path().filename().string().front() != '.');
}

TEST_CASE("a keeper whose folder was taken away starts nothing")
{
    World world;
    const std::string marker = world.folder.at("ran");
    std::filesystem::create_directory(world.folder.at("here"));
    ReplicaPlan plan;
    plan.launch.argv = {"/bin/sh", "-c", "touch " + marker};
    plan.launch.open_files = 100;
    plan.boot = world.strand.clock.boot();
    plan.folder = world.folder.at("there");
    LaunchPlan keeper;
    keeper.argv = {"/proc/self/exe", replica_keeper_mode, "web-0"};
    keeper.cwd = world.folder.at("here");
    keeper.open_files = 100;
    keeper.tags = tags_of(0).value_or(TagPair{});
    keeper.input = true;
    auto born = launch(keeper);
    REQUIRE(born);
    REQUIRE(*born);
    const std::string text = packed(plan);
    CHECK(::write((*born)->input.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    (*born)->input = {};
    pollfd asked{(*born)->pidfd.number(), POLLIN, 0};
    CHECK(::poll(&asked, 1, 20'000) == 1);
    ::waitpid((*born)->process, nullptr, 0);
    CHECK_FALSE(std::filesystem::exists(marker));
    CHECK(ReplicaFolder{world.folder.at("here")}.end()->trouble.find("taken away") != std::string::npos);
}

TEST_CASE("of a replica from before the machine's start nothing runs, and whoever has its number now is left alone")
{
    World world;
    const Instance instance = world.started(for_ever);
    const ReplicaFolder folder{world.place()};
    const ProcessIdentity keeper = world.keeper();
    folder.write_keeper({keeper.process, keeper.born, "another boot"});
    const Instance old = world.only();
    CHECK(old.state == Instance::State::ended);
    CHECK(old.trouble == "the machine was started anew");
    CHECK_FALSE(old.exit_code);
    folder.write_keeper(keeper);
    CHECK(world.only().state == Instance::State::running);
    CHECK_FALSE(is_gone(process_of(instance)));
}

TEST_CASE("each document has its own replicas")
{
    World world;
    const Deployment other = deployment(for_ever, "other");
    world.started(for_ever);
    REQUIRE(world.start(other, replica("web-0")));
    CHECK(world.list().size() == 1);
    const auto keys = world.strand.run(world.runtime->keys(""));
    REQUIRE(keys);
    CHECK(std::set<Key>{keys->begin(), keys->end()} == std::set<Key>{deployment("").key, other.key});
    CHECK(world.strand.run(world.runtime->keys("colony"))->empty());
    CHECK(world.stop(world.only()).has_value());
    CHECK(world.list(other.key).size() == 1);
}

TEST_CASE("one with a health check is ready when that says so")
{
    World world;
    const std::string well = world.folder.at("well");
    Deployment wanted = deployment(for_ever);
    wanted.replica.health.emplace();
    wanted.replica.health->command = {"/bin/sh", "-c", "echo $OWN; test -e " + well};
    wanted.replica.health->interval = 20ms;
    wanted.replica.health->timeout = 10s;
    wanted.replica.health->retries = 2;
    CHECK_FALSE(world.started(wanted, replica("web-0", {{"OWN", "said"}})).ready);
    world.until([&] { return world.only().unhealthy; });
    CHECK(world.only().trouble == "its health check fails: exit status 1: said");
    world.folder.write("well", "");
    world.until([&] { return world.only().ready; });
    CHECK_FALSE(world.only().unhealthy);
    CHECK(world.only().trouble.empty());
    world.next();
    CHECK(world.only().ready);
}

TEST_CASE("a health check that takes too long fails, and nothing is left of it")
{
    World world;
    const std::string hour = own_hour();
    Deployment wanted = deployment(for_ever);
    wanted.replica.health.emplace();
    wanted.replica.health->command = {"/bin/sh", "-c", "setsid sleep " + hour + "; true"};
    wanted.replica.health->interval = 1h;
    wanted.replica.health->timeout = 50ms;
    wanted.replica.health->retries = 1;
    world.started(wanted, replica("web-0"));
    world.until([&] { return world.only().unhealthy; });
    CHECK(world.only().trouble == "its health check fails: it takes longer than 50 ms");
    world.until([&] { return processes_with(hour) == 0; });
}

TEST_CASE("changes are heard of within a second")
{
    World world;
    Watching watch{world};
    const Instance instance = world.started(for_ever);
    CHECK(watch.hears_within_a_second());
    watch.settle();
    SUBCASE("a replica that dies")
    {
        ::kill(process_of(instance), SIGKILL);
        CHECK(watch.hears_within_a_second());
    }
    SUBCASE("a keeper that dies")
    {
        ::kill(world.keeper().process, SIGKILL);
        CHECK(watch.hears_within_a_second());
    }
    SUBCASE("one that is stopped")
    {
        CHECK(world.stop(instance).has_value());
        CHECK(watch.hears_within_a_second());
    }
    SUBCASE("one that another reconciler starts")
    {
        LocalReplicas other{world.parts()};
        CHECK(world.strand.run(other.start(deployment(for_ever), replica("web-1"))).has_value());
        CHECK(watch.hears_within_a_second());
    }
    SUBCASE("nothing, when nothing happens")
    {
        world.strand.run(sleep_for(world.strand.clock, 200ms));
        CHECK(watch.heard.empty());
    }
}

TEST_CASE("replicas that were there before a watch are heard of, too")
{
    World world;
    const Instance instance = world.started(for_ever);
    world.next();
    Watching watch{world};
    ::kill(process_of(instance), SIGKILL);
    CHECK(watch.hears_within_a_second());
}

TEST_CASE("a watch whose folder is taken away ends, and another one begins with a new folder")
{
    World world;
    {
        Watching watch{world};
        std::filesystem::remove_all(world.folder.at("replicas"));
        REQUIRE(world.strand.turn_until([&] { return watch.started.ended(); }));
        CHECK(watch.started.value->code == Errc::refused);
    }
    Watching watch{world};
    world.started(for_ever);
    CHECK(watch.hears_within_a_second());
}

TEST_CASE("what makes no sense on this machine is refused by its field")
{
    World world;
    struct Wrong {
        std::string field;
        void (*spoil)(reconcile::Template& replica);
    };
    const std::vector<Wrong> all = {
        {"spec.command", [](reconcile::Template& replica) { replica.command.reset(); }},
        {"spec.command", [](reconcile::Template& replica) { replica.command = std::vector<std::string>{""}; }},
        {"spec.command", [](reconcile::Template& replica) { replica.command->push_back(std::string(1, '\0')); }},
        {"spec.env", [](reconcile::Template& replica) { replica.env = {{"A=B", "c"}}; }},
        {"spec.volumes", [](reconcile::Template& replica) { replica.volumes = {{"/a", "/b", false}}; }},
        {"spec.volumes", [](reconcile::Template& replica) { replica.volumes = {{"/a", "/a", true}}; }},
        {"spec.ports", [](reconcile::Template& replica) { replica.ports = {{80, 8080, "tcp"}}; }},
        {"spec.network", [](reconcile::Template& replica) { replica.network = "lan"; }},
        {"spec.privileged", [](reconcile::Template& replica) { replica.privileged = true; }},
        {"spec.cwd", [](reconcile::Template& replica) { replica.cwd = "here"; }},
    };
    for (const Wrong& wrong : all) {
        Deployment wanted = deployment("true");
        CHECK(world.runtime->check(wanted).has_value());
        wrong.spoil(wanted.replica);
        const auto checked = world.runtime->check(wanted);
        REQUIRE(checked.has_error());
        CHECK(checked.error().code == Errc::bad_arguments);
        CHECK(part<std::string>(checked.error().details, "field") == wrong.field);
        CHECK(checked.error().message.starts_with(wrong.field + ": "));
    }
    Deployment fine = deployment("true");
    fine.replica.image = "ignored:1";
    fine.replica.volumes = {{"/srv", "/srv", false}};
    fine.replica.ports = {{80, 80, "tcp"}, {81, {}, "tcp"}};
    CHECK(world.runtime->check(fine).has_value());
}

TEST_CASE("ended keepers leave no zombies, and watching leaves no descriptors")
{
    World world;
    world.started("true");
    world.until_ended();
    world.end_all(deployment("").key);
    const auto before = open_descriptors();
    for (int times = 0; times < 5; ++times) {
        Watching watch{world};
        world.started("true");
        world.until_ended();
        const pid_t keeper = world.keeper().process;
        world.end_all(deployment("").key);
        world.until([&] {
            (void)world.list();
            return ::kill(keeper, 0) != 0;
        });
    }
    CHECK(open_descriptors() == before);
}
