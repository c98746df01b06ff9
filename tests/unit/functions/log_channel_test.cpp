#include "functions/log_channel.hpp"

#include "io/beside.hpp"
#include "run.hpp"
#include "scripted_broker.hpp"
#include "virtual_clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;

namespace {

class Behind final : public LineSink {
public:
    asio::awaitable<void> line(Stream, std::string text) override
    {
        lines.push_back(std::move(text));
        co_return;
    }

    std::vector<std::string> lines;
};

struct Told {
    explicit Told(Value id, std::size_t most = 1'000)
    {
        LogChannel::Config config{"lines", std::move(id)};
        config.most = most;
        channel = std::make_unique<LogChannel>(io.get_executor(), desk, behind, std::move(config));
    }

    void say(int from, int to) { run(io, lines(from, to)); }

    asio::awaitable<void> lines(int from, int to)
    {
        for (int i = from; i < to; ++i)
            co_await channel->line(Stream::out, std::to_string(i));
    }

    /// What is published until nothing is left.
    std::vector<std::string> publish()
    {
        run(io, beside(channel->run(), all()));
        std::vector<std::string> payloads;
        for (const BrokerMessage& message : broker->published) {
            CHECK(message.channel == "lines");
            payloads.push_back(message.payload);
        }
        broker->published.clear();
        return payloads;
    }

    asio::awaitable<int> all()
    {
        co_await channel->emptied();
        co_return 0;
    }

    asio::io_context io{1};
    VirtualClock clock;
    std::shared_ptr<ScriptedBroker> broker = std::make_shared<ScriptedBroker>(io.get_executor());
    BrokerDesk desk{io.get_executor(), clock, broker, "me"};
    Behind behind;
    std::unique_ptr<LogChannel> channel;
};

} // namespace

TEST_CASE("lines are published in their order, as they are or with the id")
{
    Told bare{nullptr};
    bare.say(0, 3);
    CHECK(bare.publish() == std::vector<std::string>{"0", "1", "2"});
    CHECK(bare.behind.lines == std::vector<std::string>{"0", "1", "2"});
    Told with_id{Value{"r1"}};
    with_id.say(0, 1);
    CHECK(with_id.publish() == std::vector<std::string>{R"({"id":"r1","stream":"stdout","line":"0"})"});
}

TEST_CASE("what there is no room for is left out, and counted in the next line")
{
    Told told{nullptr, 2};
    told.say(0, 5);
    CHECK(told.behind.lines.size() == 5);
    CHECK(told.publish() == std::vector<std::string>{"0", "1", "[… 3 lines left out …]"});
    told.say(5, 6);
    CHECK(told.publish() == std::vector<std::string>{"5"});
}

TEST_CASE("a broker that is away holds up nobody")
{
    Told told{nullptr};
    told.broker->away = Failure{Errc::unreachable, "it is away"};
    told.say(0, 3);
    (void)told.publish();
    told.broker->away.reset();
    told.say(3, 4);
    CHECK(told.publish() == std::vector<std::string>{"[… 3 lines left out …]", "3"});
}
