#include "sources/broker/stream_source.hpp"

#include "virtual_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Texts = std::vector<std::string>;

struct HalfChance final : Random {
    std::uint64_t next() override { return ~std::uint64_t{0} / 2; }
};

StreamEntry entry(const std::string& id, std::int64_t deliveries = 1)
{
    StreamEntry made;
    made.stream = "jobs";
    made.id = id;
    made.fields = Object{{"payload", "p" + id}};
    made.deliveries = deliveries;
    return made;
}

// What a server would keep.
class FakeStreams final : public BrokerStreams {
public:
    explicit FakeStreams(Clock& clock) : clock_{clock} {}

    asio::awaitable<Result<std::string>> add(std::string stream, Object fields, std::size_t) override
    {
        added.emplace_back(std::move(stream), std::move(fields));
        co_return std::string{"1-1"};
    }

    asio::awaitable<Result<void>> make_group(std::string, std::string group) override
    {
        if (away)
            co_return *away;
        groups.push_back(std::move(group));
        co_return Result<void>{};
    }

    asio::awaitable<Result<std::vector<StreamEntry>>> read(StreamReader, std::size_t most, Duration patience) override
    {
        if (away)
            co_return *away;
        if (fresh.empty())
            co_await sleep_for(clock_, patience);
        const auto end = fresh.begin() + static_cast<std::ptrdiff_t>(std::min(most, fresh.size()));
        std::vector<StreamEntry> given(fresh.begin(), end);
        fresh.erase(fresh.begin(), end);
        co_return given;
    }

    asio::awaitable<Result<std::vector<StreamEntry>>> claim(StreamReader, Duration idle, std::size_t) override
    {
        if (away)
            co_return *away;
        co_return std::exchange(idle == Duration{} ? own : others, {});
    }

    asio::awaitable<Result<void>> acknowledge(StreamReader, std::vector<std::string> ids) override
    {
        acknowledged.insert(acknowledged.end(), ids.begin(), ids.end());
        co_return Result<void>{};
    }

    std::optional<Failure> away;
    std::vector<StreamEntry> fresh, own, others;
    std::vector<std::pair<std::string, Object>> added;
    Texts groups, acknowledged;

private:
    Clock& clock_;
};

class StreamWorld {
public:
    StreamWorld()
    {
        StreamSource::Config config;
        config.reader = {"jobs", "forager", "box"};
        source.emplace(StreamSource::Parts{io.get_executor(), clock, random,
                                           [this] { return Result<BrokerStreams*>{&streams}; },
                                           [this](std::vector<StreamEntry> entries) { return put(std::move(entries)); },
                                           [this](const std::string& message) { warnings.push_back(message); },
                                           [this](const std::string& message) { infos.push_back(message); },
                                           [this](const std::string& error) { state = error; }},
                       std::move(config));
    }

    ~StreamWorld()
    {
        stop_.emit(asio::cancellation_type::terminal);
        clock.run_until(io, [this] { return ended_; });
    }

    void run_for(Duration duration)
    {
        if (std::exchange(ended_, false))
            asio::co_spawn(
                io, source->run(),
                asio::bind_cancellation_slot(stop_.slot(), [this](const std::exception_ptr&) { ended_ = true; }));
        clock.run_for(io, duration);
    }

    asio::io_context io{1};
    VirtualClock clock;
    HalfChance random;
    FakeStreams streams{clock};
    std::map<std::string, Failure> refusals; // by the entry's id
    Texts put_ids, warnings, infos;
    std::string state;
    std::optional<StreamSource> source;

private:
    asio::awaitable<std::vector<Result<void>>> put(std::vector<StreamEntry> entries)
    {
        std::vector<Result<void>> results;
        for (const StreamEntry& one : entries) {
            const auto refusal = refusals.find(one.id);
            results.push_back(refusal == refusals.end() ? Result<void>{} : Result<void>{refusal->second});
            if (refusal == refusals.end())
                put_ids.push_back(one.id);
        }
        co_return results;
    }

    asio::cancellation_signal stop_;
    bool ended_ = true;
};

Failure for_good()
{
    Failure failure{Errc::limit, "it is too large"};
    failure.retry = false;
    return failure;
}

} // namespace

TEST_CASE("entries are acknowledged when they are safe: those of an earlier life first")
{
    StreamWorld world;
    world.streams.own = {entry("1-0", 2)};
    world.streams.fresh = {entry("2-0"), entry("3-0")};
    world.run_for(1s);
    CHECK(world.streams.groups == Texts{"forager"});
    CHECK(world.put_ids == Texts{"1-0", "2-0", "3-0"});
    CHECK(world.streams.acknowledged == world.put_ids);
    CHECK(world.source->taken() == 3);
    CHECK(world.warnings.empty());
}

TEST_CASE("where there is no room nothing is acknowledged, and no more is read")
{
    StreamWorld world;
    world.refusals.emplace("1-0", Failure{Errc::limit, "the queue is full"});
    world.streams.fresh = {entry("1-0"), entry("2-0")};
    world.run_for(10s);
    CHECK(world.streams.acknowledged == Texts{"2-0"});
    CHECK(world.state == "entries wait: the queue is full");
    CHECK(world.warnings.size() == 1);
    world.streams.fresh = {entry("3-0")};
    world.refusals.clear();
    world.run_for(10s);
    CHECK(world.streams.acknowledged == Texts{"2-0", "1-0", "3-0"});
    CHECK(world.state.empty());
    CHECK(world.infos.size() == 1);
}

TEST_CASE("what is refused for good is kept elsewhere, with the reason, and acknowledged")
{
    StreamWorld world;
    world.refusals.emplace("1-0", for_good());
    world.streams.fresh = {entry("1-0"), entry("2-0")};
    world.run_for(1s);
    CHECK(world.streams.acknowledged == Texts{"1-0", "2-0"});
    REQUIRE(world.streams.added.size() == 1);
    CHECK(world.streams.added.front().first == "jobs.dead");
    CHECK(world.streams.added.front().second ==
          Object{{"payload", "p1-0"}, {"id", "1-0"}, {"reason", "it is too large"}});
    CHECK(world.source->given_up() == 1);
    CHECK(world.warnings.size() == 1);
}

TEST_CASE("what a dead consumer had is taken over, and given up after many times")
{
    StreamWorld world;
    world.run_for(1s);
    world.streams.others = {entry("1-0", 10), entry("2-0", 11)};
    world.run_for(30s);
    CHECK(world.put_ids == Texts{"1-0"});
    CHECK(world.streams.acknowledged == Texts{"1-0", "2-0"});
    REQUIRE(world.streams.added.size() == 1);
    CHECK(world.streams.added.front().second.find("reason")->get<std::string>()->find("10 times") != std::string::npos);
}

TEST_CASE("a broker that is gone is told of once, and asked again soon")
{
    StreamWorld world;
    world.streams.away = Failure{Errc::unreachable, "it is gone"};
    world.run_for(60s);
    CHECK(world.warnings.size() == 1);
    CHECK(world.state == "it is gone");
    world.streams.away.reset();
    world.streams.fresh = {entry("1-0")};
    world.run_for(1s);
    CHECK(world.put_ids == Texts{"1-0"});
    CHECK(world.state.empty());
}
