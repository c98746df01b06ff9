// The power goes at any moment; what is found afterwards is what had been done up to some point, and that point is not
// before the last thing that was confirmed. The same operations, done on a store in memory, say what there can be.
// `./dev soak store` makes a long campaign of it.

#include "faulty_vfs.hpp"
#include "soak.hpp"
#include "store_world.hpp"

#include <SQLiteCpp/Backup.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace forager;
using namespace forager::store;
using namespace forager::test;

namespace asio = boost::asio;

namespace {

struct Operation {
    // clang-format off
    enum Kind { add, begin, note, record, signal, take, finish, fail, revive, set, remove, log, forget, lend, told,
                pause, count };
    // clang-format on
    Kind kind = add;
    std::string id;
    std::string key;
};

struct Tables {
    RecordTable& records;
    JournalTable& journal;
    ValueTable& values;
    LogTable& logs;
    OutboxTable& outbox;
    Clock& clock;
};

WallTime at(int seconds)
{
    return WallTime{std::chrono::seconds{seconds}};
}

Submission work_of(const Operation& operation)
{
    Submission work = submission(operation.id);
    work.idempotency_key = operation.key;
    work.invocation.args = {operation.id, 1.5};
    return work;
}

Outcome outcome_of(const Operation& operation)
{
    if (operation.kind == Operation::fail)
        return Failure{Errc::script, operation.key};
    return Outputs{operation.key};
}

template <class T> asio::awaitable<bool> succeeds(asio::awaitable<Result<T>> work)
{
    const Result<T> result = co_await std::move(work);
    co_return result.has_value();
}

Invocation lent(const Operation& operation)
{
    Invocation invocation = work_of(operation).invocation;
    invocation.id = "lent " + operation.id;
    return invocation;
}

bool is_heard_of(const Operation& operation)
{
    constexpr Operation::Kind unheard[] = {Operation::note, Operation::log, Operation::lend, Operation::told,
                                           Operation::pause};
    return std::ranges::find(unheard, operation.kind) == std::end(unheard);
}

asio::awaitable<bool> tell(Tables tables, Operation operation)
{
    switch (operation.kind) {
    case Operation::log: tables.logs.add(operation.id, operation.key); break;
    case Operation::lend: tables.outbox.begin(lent(operation), {{"key", operation.key}}, at(2), Durable::soon); break;
    case Operation::told: tables.outbox.told("lent " + operation.id, operation.key); break;
    case Operation::pause: co_await sleep_for(tables.clock, std::chrono::milliseconds{60}); break;
    default: tables.records.note(operation.id, State::sleeping, operation.key, 2);
    }
    co_return false; // nobody hears of it
}

/// Whether it was confirmed.
asio::awaitable<bool> perform(const Tables& tables, const Operation& operation)
{
    const auto& [kind, id, key] = operation;
    switch (kind) {
    case Operation::add: return succeeds(tables.records.add(work_of(operation), at(1)));
    case Operation::begin: return succeeds(tables.records.begin({id}, at(2)));
    case Operation::record: return succeeds(tables.journal.record(id, id, {key, Outputs{id}, 1}));
    case Operation::signal: return succeeds(tables.records.signal(id, key, id));
    case Operation::take: return succeeds(tables.journal.take_signal(id, key, id, "wait " + key));
    case Operation::finish:
    case Operation::fail: return succeeds(tables.records.finish(id, outcome_of(operation), at(3)));
    case Operation::revive: return succeeds(tables.records.revive(id));
    case Operation::set: return succeeds(tables.values.set("space", key, id));
    case Operation::remove: return succeeds(tables.values.remove("space", key));
    case Operation::forget: return succeeds(tables.records.forget({std::chrono::hours{1'000'000}, 3}, at(4)));
    default: return tell(tables, operation);
    }
}

// Steps that no record stands behind are not promised: the next start forgets them. When a line was logged is left out:
// the reference does it at another time.
std::string dump(SQLite::Database& database)
{
    std::string text;
    for (const char* table :
         {"* FROM invocation", "* FROM step WHERE root IN (SELECT id FROM invocation)", "* FROM signal",
          "number, invocation, text FROM log", "* FROM value", "* FROM sqlite_sequence"}) {
        SQLite::Statement rows{database, std::string{"SELECT "} + table + " ORDER BY 1, 2"};
        while (rows.executeStep()) {
            text += table;
            for (int column = 0; column < rows.getColumnCount(); ++column)
                text += "|" + rows.getColumn(column).getString();
            text += "\n";
        }
    }
    return text;
}

// The store in memory that never fails, and what was in it after each operation.
class Reference {
public:
    Reference(StoreWorld& world, std::unique_ptr<Connection> database)
        : world_{world}, writer_{world.io.get_executor(), world.clock, std::move(database)}
    {
        states.push_back(state());
    }
    Reference(const Reference&) = delete;
    Reference& operator=(const Reference&) = delete;
    ~Reference() { world_.run(writer_.close()); }

    void perform(const Operation& operation)
    {
        const Tables tables{records_, journal_, values_, logs_, outbox_, world_.clock};
        succeeded.push_back(world_.run(::perform(tables, operation)));
        states.push_back(state());
    }

    std::vector<bool> succeeded;     // of each operation
    std::vector<std::string> states; // before the first operation, and after each

private:
    std::string state() { return world_.run(writer_.ask<std::string>(dump)).value(); }

    StoreWorld& world_;
    Writer writer_;
    RecordTable records_{writer_};
    JournalTable journal_{writer_};
    ValueTable values_{writer_};
    LogTable logs_{writer_, world_.clock, 1000};
    OutboxTable outbox_{writer_};
};

struct Cut {
    std::size_t at_change = 0;
    std::size_t bytes = 0;
    Survival survival = Survival::some;
    std::uint64_t seed = 0;
};

// Some of everything that the store is asked for, about few invocations, so that much of it meets.
class Chance {
public:
    explicit Chance(std::uint64_t seed) : random_{seed} {}

    std::size_t below(std::size_t end) { return random_() % end; }

    std::vector<std::vector<Operation>> bursts()
    {
        std::vector<std::vector<Operation>> all(1 + below(8));
        for (auto& burst : all)
            for (std::size_t left = 1 + below(10); left > 0; --left)
                burst.push_back(operation());
        return all;
    }

    Cut cut()
    {
        constexpr Survival ways[] = {Survival::nothing, Survival::everything, Survival::some, Survival::some};
        return {1 + below(60), below(2) == 0 ? 0 : below(4200), ways[below(std::size(ways))], random_()};
    }

private:
    Operation operation()
    {
        Operation operation;
        operation.kind = below(4) == 0 ? Operation::add : static_cast<Operation::Kind>(below(Operation::count));
        operation.id = "i" + std::to_string(below(6));
        if (operation.kind != Operation::add)
            operation.key = std::string(below(3) == 0 ? 3000 : 1, 'k') + std::to_string(below(3));
        else if (below(3) == 0)
            operation.key = "once" + std::to_string(below(4));
        return operation;
    }

    std::mt19937_64 random_;
};

// One file through its lives: each ends with the power, and the next one is held to what the last one confirmed.
class Lives {
public:
    /// Whether the power went before all was done.
    bool live(const std::vector<std::vector<Operation>>& bursts, const Cut& cut)
    {
        disk_.cut_power_at(cut.at_change, cut.bytes);
        if (world_.open(1000)) {
            begin();
            for (const auto& burst : bursts)
                if (disk_.powered())
                    perform(burst);
        }
        const bool was_cut = !disk_.powered();
        world_.close();
        disk_.restore_power(was_cut ? cut.survival : Survival::nothing, cut.seed);
        examine();
        return was_cut;
    }

    /// One at a time on a disk that refuses some of it, until the power goes: exactly what was confirmed is there.
    void suffer(Chance& chance)
    {
        REQUIRE(world_.open(1000));
        begin();
        for (const auto& burst : chance.bursts())
            for (const Operation& operation : burst)
                if (is_heard_of(operation))
                    perform_on_bad_disk(operation, chance);
        disk_.cut_power_at(1);
        world_.close();
        disk_.restore_power(Survival::nothing);
        reference_->states.erase(reference_->states.begin(), reference_->states.end() - 1);
        confirmed_ = 0;
        examine();
    }

private:
    void perform_on_bad_disk(const Operation& operation, Chance& chance)
    {
        switch (chance.below(4)) {
        case 0: disk_.fail_write(1 + chance.below(6)); break;
        case 1: disk_.fail_sync(1 + chance.below(3)); break;
        case 2: disk_.fill_at(1 + chance.below(6)); break;
        default: break;
        }
        std::deque<Asked<bool>> asked(1);
        world_.ask(asked.front(), ::perform(tables(), operation));
        const TimePoint enough = world_.clock.now() + std::chrono::seconds{20};
        world_.clock.run_until(world_.io, [&] { return asked.front().ended() || world_.clock.now() > enough; });
        disk_.make_room();
        world_.finish(asked);
        if (asked.front().value == true)
            reference_->perform(operation);
    }

    Tables tables()
    {
        Store& store = *world_.store;
        return {store.records(), store.journal(), store.values(), store.logs(), store.outbox(), world_.clock};
    }

    // A copy of what there is begins the reference. Little fits into the log, so that it is moved often.
    void begin()
    {
        const auto set = world_.run(world_.store->writer().run(
            [](SQLite::Database& database) { database.exec("PRAGMA wal_autocheckpoint = 12"); }));
        if (!set)
            return; // the power went before anything was asked for
        auto memory = std::make_unique<Connection>(":memory:", SQLite::OPEN_READWRITE);
        SQLite::Database source{world_.path()};
        REQUIRE(SQLite::Backup{*memory, source}.executeStep(-1) == SQLITE_DONE);
        reference_ = std::make_unique<Reference>(world_, std::move(memory));
        confirmed_ = 0;
    }

    // All at once: what of it goes into one commit is up to the store.
    void perform(const std::vector<Operation>& burst)
    {
        if (!reference_)
            return;
        const std::size_t before = reference_->states.size() - 1;
        for (const Operation& operation : burst)
            reference_->perform(operation);
        std::deque<Asked<bool>> asked;
        for (const Operation& operation : burst)
            world_.ask(asked.emplace_back(), ::perform(tables(), operation));
        const auto done = [&] {
            if (!disk_.powered())
                world_.store->writer().hurry();
            return std::ranges::all_of(asked, [](const auto& one) { return one.ended(); });
        };
        world_.clock.run_until(world_.io, done);
        for (std::size_t n = 0; n < asked.size(); ++n)
            if (!confirm(before + n, asked[n].value == true))
                return;
    }

    // Whether operations after this one can be confirmed. One that changes nothing needs no disk: it promises nothing.
    bool confirm(std::size_t number, bool succeeded)
    {
        if (succeeded && reference_->states[number] != reference_->states[number + 1])
            confirmed_ = number + 1;
        return succeeded == reference_->succeeded[number];
    }

    void examine()
    {
        REQUIRE(world_.open(1000));
        CHECK(world_.store->set_aside().empty());
        CHECK(world_.store->damage().find("log") == std::string::npos);
        const auto found = world_.run(world_.store->writer().ask<std::string>(dump)).value();
        world_.close();
        if (reference_) {
            const auto first = reference_->states.begin() + static_cast<std::ptrdiff_t>(confirmed_);
            const bool known = std::find(first, reference_->states.end(), found) != reference_->states.end();
            CAPTURE(found);
            CHECK(known);
        }
        reference_.reset();
    }

    FaultyDisk disk_;
    StoreWorld world_;
    std::unique_ptr<Reference> reference_;
    std::size_t confirmed_ = 0;
};

std::vector<std::vector<Operation>> one_of_each()
{
    using enum Operation::Kind;
    return {{{add, "a", "once"}, {add, "b", ""}, {add, "c", "once"}},
            {{begin, "a", ""}, {signal, "a", "go"}, {set, "a", "key"}},
            {{record, "a", "step"}, {take, "a", "go"}, {note, "a", "sleeps"}, {log, "a", "line"}},
            {{fail, "a", "broke"}, {remove, "a", "key"}},
            {{revive, "a", ""}, {begin, "b", ""}},
            {{finish, "b", std::string(6000, 'x')}, {set, "b", std::string(6000, 'y')}},
            {{lend, "a", "edge"}, {pause, "", ""}},
            {{log, "a", "without a flush"}, {pause, "", ""}},
            {{lend, "b", "edge"}, {finish, "lent a", "done"}},
            {{told, "a", ""}, {pause, "", ""}},
            {{finish, "a", "done"}, {forget, "", ""}, {set, "c", "last"}}};
}

} // namespace

TEST_CASE("the power may go at every single change of the disk")
{
    constexpr Survival ways[] = {Survival::nothing, Survival::everything, Survival::some};
    const std::uint64_t seed = Soak{1}.first;
    INFO(Soak::again("store", seed));
    bool was_cut = true;
    for (std::size_t change = 1; was_cut; ++change) {
        CAPTURE(seed);
        CAPTURE(change);
        const std::size_t bytes = (seed + change) % 83 * 50; // of a write that is torn: up to a page
        Lives lives;
        was_cut = lives.live(one_of_each(), {change, bytes, ways[(seed + change) % 3], seed + change});
        if (change % 8 == 0)
            (void)lives.live(one_of_each(), {}); // and it goes on from there
        CHECK((was_cut || change > 50));
    }
}

TEST_CASE("the power may go at any time, again and again, whatever is going on")
{
    const Soak soak{8};
    for (std::uint64_t seed = soak.first; seed < soak.end(); ++seed) {
        INFO(Soak::again("store", seed));
        Chance chance{seed};
        Lives lives;
        for (int life = 0; life < 10; ++life) {
            CAPTURE(life);
            (void)lives.live(chance.bursts(), chance.cut());
        }
    }
    Soak::tell("power cuts", 10 * soak.rounds);
}

TEST_CASE("a disk that refuses some of it loses nothing that was confirmed and keeps nothing that was refused")
{
    const Soak soak{8};
    for (std::uint64_t seed = soak.first; seed < soak.end(); ++seed) {
        INFO(Soak::again("store", seed));
        Chance chance{seed};
        Lives lives;
        for (int life = 0; life < 5; ++life) {
            CAPTURE(life);
            lives.suffer(chance);
        }
    }
    Soak::tell("bad disks", 5 * soak.rounds);
}
