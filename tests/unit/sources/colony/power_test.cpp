// What a colony has lent, on a real store whose power goes, or whose agent is killed: what of it was not flushed comes
// back from the server, and what was told is told again.

#include "sources/colony/colony_source.hpp"

#include "executor_world.hpp"
#include "faulty_vfs.hpp"
#include "result_text.hpp"
#include "store/store.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>

using namespace forager;
using namespace forager::colony;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

using Story = std::vector<std::string>;

struct Powered : ExecutorWorld {
    TempFolder folder;
    FaultyDisk disk;
    std::unique_ptr<store::Store> store;
    std::optional<ColonySource> source;

    Powered() { begin(); }
    Powered(const Powered&) = delete;
    Powered& operator=(const Powered&) = delete;
    ~Powered() { leave(); }

    /// The next agent on the same file.
    void begin()
    {
        auto opened = store::Store::open(io.get_executor(), clock, {folder.at("state.db"), 1000, false});
        REQUIRE(opened);
        store = std::move(*opened);
        CHECK(store->damage().empty());
        source.emplace(desk(store->records(), store->outbox()));
        REQUIRE(run(source->open()));
        for (auto& [name, loop] : source->loops())
            start(loop());
        pass(1s);
    }

    void leave()
    {
        end();
        source.reset();
        run(closed());
        store.reset();
    }

    /// The agent is gone from one moment to the next, and what the disk has kept is there for another one.
    void lose(Survival survival)
    {
        disk.cut_power_at(1);
        store->writer().hurry();
        leave();
        disk.restore_power(survival);
        intake.running.clear();
        begin();
    }

    /// The server says that it runs here.
    void lends(const std::string& id)
    {
        colony.waiting.push_back(process_record(id));
        pass(1s);
        colony.lists[1].push_back(id);
    }

    std::vector<LentWork> untold() { return run(store->outbox().open()).value(); }
    std::size_t closes() const { return colony.count("closesuccessfulmsg"); }

private:
    boost::asio::awaitable<bool> closed()
    {
        co_await store->writer().close();
        co_return true;
    }
};

} // namespace

TEST_CASE("what begins is not flushed, and not lost when the agent is killed")
{
    Powered world;
    const std::size_t before = world.disk.syncs();
    world.lends("p");
    CHECK(world.intake.begun == Story{"p"});
    CHECK(world.disk.syncs() == before);
    world.lose(Survival::everything);
    CHECK(world.intake.begun == Story{"p", "p"});
    REQUIRE(world.untold().size() == 1);
    CHECK(world.untold()[0].starts == 2);
}

TEST_CASE("what ran when the power went is begun again by the server's word, and counted from then on")
{
    Powered world;
    world.lends("p");
    world.lose(Survival::nothing);
    CHECK(world.intake.begun == Story{"p", "p"});
    for (std::size_t starts = 1; starts < 5; ++starts) {
        REQUIRE(world.untold().size() == 1);
        CHECK(world.untold()[0].starts == starts);
        world.lose(Survival::nothing);
    }
    world.lose(Survival::nothing);
    CHECK(world.intake.begun.size() == 6); // one more than are counted
    CHECK(world.colony.count("closefailedmsg") == 1);
    CHECK(world.untold().empty());
}

TEST_CASE("an outcome that was told before the power went is told again, and the server knows it")
{
    Powered world;
    world.lends("p");
    world.colony.lists.clear();
    world.intake.end("p", Outputs{7});
    world.pass(1s);
    REQUIRE(world.closes() == 1);
    world.colony.on["closesuccessfulmsg"] = [](const Heard&) {
        return refusal_of_server(500, "Tried to set successful process as successful");
    };
    Survival survival = Survival::nothing;
    std::size_t told = 2;
    SUBCASE("the power went") {}
    SUBCASE("the agent was killed")
    {
        survival = Survival::everything;
        told = 1;
    }
    world.lose(survival);
    CHECK(world.closes() == told);
    CHECK(world.intake.begun == Story{"p"});
    world.pass(1s);
    CHECK(world.untold().empty());
    const auto record = world.run(world.store->records().find("p")).value().value();
    CHECK(record.state == State::succeeded);
    CHECK(record.note.empty());
}

TEST_CASE("an outcome is flushed before it is told")
{
    Powered world;
    world.lends("p");
    world.colony.on["closesuccessfulmsg"] = [&](const Heard&) { return refusal_of_server(503, "later"); };
    world.intake.end("p", Outputs{7});
    world.pass(1s);
    REQUIRE(world.closes() > 0);
    world.lose(Survival::nothing);
    CHECK(world.intake.begun == Story{"p"});
    REQUIRE(world.untold().size() == 1);
    CHECK(world.untold()[0].outcome->value() == Outputs{7});
}
