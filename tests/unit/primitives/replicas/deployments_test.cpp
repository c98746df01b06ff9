#include "primitives/replicas/deployments.hpp"

#include "replica_world.hpp"
#include "result_text.hpp"
#include "sources/reconcile/document_keeper.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <list>
#include <memory>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

Object document(std::int64_t replicas, const std::string& image = "one", Object more = {})
{
    Object spec{{"replicas", replicas}, {"executorType", "reader"}, {"image", image}};
    for (Member& member : more)
        spec.set(member.name, std::move(member.value));
    return {{"apiVersion", "v1"},
            {"kind", "ExecutorDeployment"},
            {"metadata", Object{{"name", "web"}, {"namespace", "lab"}}},
            {"spec", std::move(spec)}};
}

// What outlives an agent.
struct Earth {
    explicit Earth(std::uint64_t seed) : random{seed} {}
    ~Earth()
    {
        signal.emit(asio::cancellation_type::all);
        clock.run_for(io, 1s);
    }

    asio::io_context io{1};
    VirtualClock clock;
    SystemRandom random;
    Fuse fuse;
    MemoryRuntime runtime{clock, fuse}; ///< docker
    MemoryRuntime cluster{clock, fuse, "cluster"};
    MemoryRuntime local{clock, fuse, "local"};
    MemoryIdentities identities{fuse};
    KeptDocuments documents;
    asio::cancellation_signal signal;
    const reconcile::Key key{"", "lab", "ExecutorDeployment", "web"};

    MemoryRuntime& on(reconcile::Runtime which)
    {
        switch (which) {
        case reconcile::Runtime::docker: return runtime;
        case reconcile::Runtime::kubernetes: return cluster;
        case reconcile::Runtime::local: break;
        }
        return local;
    }

    std::size_t ready_on(const MemoryRuntime& where) const
    {
        const auto found = where.of.find(key);
        return found == where.of.end() ? 0
                                       : static_cast<std::size_t>(std::ranges::count_if(
                                             found->second, [](const auto& one) { return one.second.ready; }));
    }

    std::size_t ready() const { return ready_on(runtime); }
};

// One run of the program.
class Life {
public:
    explicit Life(Earth& earth) : earth{earth} {}
    ~Life() { end(); }

    void begin()
    {
        spawn(run());
        spawn(hear());
    }

    void end()
    {
        if (running_ == 0) // it has ended
            return;
        for (auto& signal : signals_)
            signal.emit(asio::cancellation_type::all);
        earth.clock.run_until(earth.io, [&] { return running_ == 0; });
    }

    template <class T> T wait(asio::awaitable<T> work)
    {
        std::optional<T> value;
        asio::co_spawn(earth.io, std::move(work),
                       [&](const std::exception_ptr&, T given) { value = std::move(given); });
        earth.clock.run_until(earth.io, [&] { return value.has_value(); });
        return std::move(*value);
    }

    void apply(Object given) { REQUIRE(wait(keeper.apply(std::move(given), "")).has_value()); }

    std::string phase() const
    {
        const auto all = keeper.list();
        return all.empty() ? "" : part<std::string>(all.front().document.status, "phase");
    }

    void pass(Duration time) { earth.clock.run_for(earth.io, time); }

    Earth& earth;
    std::vector<std::string> informed;
    std::vector<std::string> warned;
    replicas::Deployments deployments{
        {earth.io.get_executor(), earth.clock, earth.random,
         [this](reconcile::Runtime which) -> Result<ReplicaRuntime*> { return &earth.on(which); }, earth.identities}};
    reconciling::DocumentKeeper keeper{{earth.io.get_executor(), earth.clock, earth.random, earth.documents,
                                        [this](asio::awaitable<void> work) { spawn(std::move(work)); },
                                        [this](const std::string&) -> Result<Reconciler*> { return &deployments; },
                                        [](const reconcile::Document&) {},
                                        [this](const std::string& message) { informed.push_back(message); },
                                        [this](const std::string& message) { warned.push_back(message); }}};

private:
    asio::awaitable<void> run()
    {
        if (const auto loaded = co_await keeper.load(); !loaded)
            throw std::logic_error{loaded.error().message};
        co_await keeper.run();
    }

    asio::awaitable<void> hear()
    {
        (void)co_await deployments.watch([this](const reconcile::Key& key) { keeper.touch(key); });
    }

    void spawn(asio::awaitable<void> work)
    {
        ++running_;
        asio::co_spawn(earth.io, std::move(work),
                       asio::bind_cancellation_slot(signals_.emplace_back().slot(),
                                                    [this](const std::exception_ptr&) { --running_; }));
    }

    std::list<asio::cancellation_signal> signals_;
    std::size_t running_ = 0;
};

} // namespace

TEST_CASE("replicas are made, healed, changed and removed, each with an identity of its own")
{
    Earth earth{1};
    Life life{earth};
    life.begin();
    life.apply(document(3));
    life.pass(3s);
    CHECK(earth.ready() == 3);
    CHECK(life.phase() == "Running");
    CHECK(earth.identities.registered.size() == 3);
    for (const auto& [name, instance] : earth.runtime.of[earth.key])
        CHECK(earth.identities.registered.contains(instance.executor));

    SUBCASE("one that is killed is back soon, with another identity")
    {
        const auto [name, instance] = *earth.runtime.of[earth.key].begin();
        earth.runtime.kill(earth.key, name);
        life.pass(2s);
        CHECK(earth.ready() == 3);
        CHECK(earth.runtime.of[earth.key].at(name).executor != instance.executor);
        CHECK(earth.identities.registered.size() == 3);
    }
    SUBCASE("more and fewer")
    {
        for (const std::int64_t count : {5, 1, 0, 2}) {
            life.apply(document(count));
            life.pass(3s);
            CHECK(earth.ready() == static_cast<std::size_t>(count));
            CHECK(earth.identities.registered.size() == static_cast<std::size_t>(count));
        }
    }
    SUBCASE("another image: never fewer than one less, never more than one more")
    {
        earth.runtime.most = 0;
        life.apply(document(3, "two"));
        std::size_t fewest = 3;
        for (int i = 0; i < 200; ++i) {
            life.pass(50ms);
            fewest = std::min(fewest, earth.ready());
        }
        CHECK(fewest >= 2);
        CHECK(earth.runtime.most <= 4);
        CHECK(life.phase() == "Running");
        CHECK(earth.ready() == 3);
    }
    SUBCASE("an image that does not work is taken back")
    {
        auto bad = reconcile::deployment_of(document(3, "bad"), reconcile::Strictness::strict);
        REQUIRE(bad);
        earth.runtime.bad_prints.insert(reconcile::print_of(bad->replica));
        life.apply(document(3, "bad"));
        life.pass(60s);
        CHECK(earth.ready() == 3);
        CHECK(earth.documents.kept.at(earth.key).has_failed());
        CHECK(life.phase() == "Degraded");
        REQUIRE_FALSE(life.warned.empty());
        CHECK(life.warned.back().find("taken back to 1") != std::string::npos);
        life.apply(document(3, "two")); // the next change has its own chance
        life.pass(20s);
        CHECK(earth.ready() == 3);
        CHECK_FALSE(earth.documents.kept.at(earth.key).has_failed());
        CHECK(life.phase() == "Running");
    }
    SUBCASE("another number of them is not taken back when they die: that is not its fault")
    {
        life.apply(document(5));
        for (int i = 0; i < 6; ++i) {
            life.pass(1500ms);
            std::vector<std::string> names;
            for (const auto& [name, instance] : earth.runtime.of[earth.key])
                names.push_back(name);
            for (const std::string& name : names)
                earth.runtime.kill(earth.key, name);
        }
        life.pass(60s);
        CHECK(earth.ready() == 5);
        CHECK_FALSE(earth.documents.kept.at(earth.key).has_failed());
    }
    SUBCASE("another runtime: those of the one before go as new ones are ready")
    {
        life.apply(document(3, "one", {{"runtime", "local"}, {"command", Array{"x"}}}));
        std::size_t fewest = 3;
        std::size_t most = 0;
        for (int i = 0; i < 200; ++i) {
            life.pass(50ms);
            const std::size_t there = earth.runtime.of[earth.key].size() + earth.local.of[earth.key].size();
            most = std::max(most, there);
            fewest = std::min(fewest, earth.ready() + earth.ready_on(earth.local));
        }
        CHECK(fewest >= 2);
        CHECK(most <= 4);
        CHECK(life.phase() == "Running");
        CHECK(earth.runtime.of[earth.key].empty());
        CHECK(earth.ready_on(earth.local) == 3);
        CHECK(earth.identities.registered.size() == 3);
        CHECK(life.warned.empty());
    }
    SUBCASE("an engine that is away holds up neither the move to another runtime nor what is there")
    {
        earth.runtime.away = true;
        life.apply(document(3, "one", {{"runtime", "local"}, {"command", Array{"x"}}}));
        life.pass(20s);
        CHECK(earth.ready_on(earth.local) == 3);
        CHECK(life.phase() == "Degraded");
        CHECK(earth.identities.registered.size() == 6); // nobody knows whose replicas are gone
        earth.runtime.away = false;
        life.pass(70s);
        CHECK(life.phase() == "Running");
        CHECK(earth.runtime.of[earth.key].empty());
        CHECK(earth.identities.registered.size() == 3);
    }
    SUBCASE("deletion waits for an engine that is away, and removes the rest meanwhile")
    {
        earth.runtime.away = true;
        life.apply(document(3, "one", {{"runtime", "local"}, {"command", Array{"x"}}}));
        life.pass(20s);
        REQUIRE(life.wait(life.keeper.remove(earth.key)));
        life.pass(20s);
        CHECK(earth.local.of[earth.key].empty());
        CHECK(life.phase() == "Deleting");
        earth.runtime.away = false;
        life.pass(70s);
        CHECK(earth.runtime.of[earth.key].empty());
        CHECK(earth.identities.registered.empty());
        CHECK(earth.documents.kept.empty());
    }
    SUBCASE("without a form that names them, replicas on another runtime are told of and left alone")
    {
        life.end();
        earth.documents.kept.clear();
        Life later{earth};
        later.begin();
        later.apply(document(1, "one", {{"runtime", "local"}, {"command", Array{"x"}}}));
        later.pass(5s);
        CHECK(earth.ready() == 3);
        CHECK(earth.ready_on(earth.local) == 1);
        REQUIRE(later.warned.size() == 1);
        CHECK(later.warned.front().find("3 of its replicas are on docker") != std::string::npos);
    }
    SUBCASE("it goes, and nothing is left")
    {
        REQUIRE(life.wait(life.keeper.remove(earth.key)));
        life.pass(3s);
        CHECK(earth.runtime.of[earth.key].empty());
        CHECK(earth.identities.registered.empty());
        CHECK(earth.documents.kept.empty());
    }
    SUBCASE("an engine that is away is waited for")
    {
        earth.runtime.away = true;
        life.pass(15s);
        CHECK(life.phase() == "Degraded");
        CHECK(life.warned.size() == 1);
        earth.runtime.away = false;
        life.pass(70s);
        CHECK(life.phase() == "Running");
    }
    SUBCASE("at rest it looks now and then, and does nothing")
    {
        const std::size_t looks = earth.runtime.looks;
        life.pass(60s);
        CHECK(earth.runtime.looks - looks <= 7);
        CHECK(earth.runtime.made == 3);
    }
    SUBCASE("paused, nothing is done")
    {
        REQUIRE(life.wait(life.keeper.pause(earth.key, true)));
        life.pass(100ms);
        earth.runtime.kill(earth.key, earth.runtime.of[earth.key].begin()->first);
        life.pass(5s);
        CHECK(earth.ready() == 2);
        CHECK(life.phase() == "Paused");
        REQUIRE(life.wait(life.keeper.pause(earth.key, false)));
        life.pass(2s);
        CHECK(earth.ready() == 3);
    }
    SUBCASE("back to the form before")
    {
        life.apply(document(2, "two"));
        life.pass(5s);
        CHECK(earth.ready() == 2);
        REQUIRE(life.wait(life.keeper.undo(earth.key, {})));
        life.pass(5s);
        CHECK(earth.ready() == 3);
        CHECK(earth.documents.kept.at(earth.key).generation() == 3);
    }
    SUBCASE("what would be done is told, and not done")
    {
        const auto diff = life.wait(life.keeper.diff(document(4), ""));
        REQUIRE(diff);
        const auto actions = part<Array>(*diff, "actions");
        REQUIRE(actions.size() == 1);
        CHECK(part<std::string>(*actions[0].get<Object>(), "action") == "start");
        CHECK(part<Array>(*diff, "changes").size() == 1);
        life.pass(3s);
        CHECK(earth.runtime.made == 3);
    }
}

TEST_CASE("two who keep one document: the second leaves it alone")
{
    Earth earth{2};
    Life first{earth};
    first.begin();
    first.apply(document(2));
    first.pass(2s);
    {
        Life second{earth};
        second.begin();
        second.pass(2s);
        REQUIRE_FALSE(second.warned.empty());
        CHECK(second.warned.front().find("another agent") != std::string::npos);
    }
    CHECK(earth.runtime.made == 2);
}

TEST_CASE("who forgets a document leaves its replicas to the next who keeps it")
{
    Earth earth{4};
    Life first{earth};
    first.begin();
    first.apply(document(2));
    first.pass(2s);
    REQUIRE(first.wait(first.keeper.forget(earth.key)));
    Life second{earth};
    second.begin();
    second.apply(document(2));
    second.pass(2s);
    CHECK(second.phase() == "Running");
    CHECK(earth.runtime.made == 2);
}

TEST_CASE("a name that is a stranger's is left alone, and told")
{
    Earth earth{3};
    auto wanted = reconcile::deployment_of(document(2), reconcile::Strictness::strict);
    REQUIRE(wanted);
    earth.runtime.strangers.insert("web-" + reconcile::short_id(*wanted) + "-0");
    Life life{earth};
    life.begin();
    life.apply(document(2));
    life.pass(3s);
    CHECK(life.phase() == "Degraded");
    CHECK(earth.ready() == 1);
    CHECK(earth.identities.registered.size() == 1);
}

TEST_CASE("dying between any two steps is harmless")
{
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        CAPTURE(seed);
        Earth earth{seed};
        const auto wanted = static_cast<std::int64_t>(earth.random.next() % 6);
        earth.documents.keep_soon(reconcile::applied(nullptr,
                                                     document(static_cast<std::int64_t>(earth.random.next() % 6)), "",
                                                     earth.clock.wall())
                                      .value());
        for (int death = 0; death < 6; ++death) {
            Life life{earth};
            life.begin();
            if (death == 3)
                life.apply(document(wanted, "two"));
            earth.fuse.steps = earth.random.next() % 8;
            life.pass(std::chrono::milliseconds{earth.random.next() % 3'000});
            auto& there = earth.runtime.of[earth.key];
            if (!there.empty() && earth.random.next() % 2 == 0)
                earth.runtime.kill(earth.key, there.begin()->first);
            life.pass(std::chrono::milliseconds{earth.random.next() % 100});
        }
        earth.fuse.steps.reset();
        Life life{earth};
        life.begin();
        life.pass(150s);
        CHECK(earth.ready() == static_cast<std::size_t>(wanted));
        CHECK(earth.runtime.of[earth.key].size() == static_cast<std::size_t>(wanted));
        CHECK(earth.identities.registered.size() == static_cast<std::size_t>(wanted));
        CHECK(life.phase() == "Running");
        const std::size_t made = earth.runtime.made;
        life.pass(60s);
        CHECK(earth.runtime.made == made);
    }
}
