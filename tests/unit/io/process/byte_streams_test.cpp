#include "io/byte_pipe.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/process/local_process_runner.hpp"

#include "processes.hpp"
#include "result_text.hpp"
#include "strand.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace asio = boost::asio;

namespace {

constexpr std::uint64_t large = std::uint64_t{40} * 1024 * 1024;

struct World {
    Strand strand;
    LocalProcessRunner runner{strand.executor(), strand.pool, strand.clock};

    Result<Completed> run(Command command) { return strand.run(runner.run(std::move(command))); }
};

Command shell(const std::string& script)
{
    Command command;
    command.argv = {"/bin/sh", "-c", script};
    return command;
}

class Collector final : public ByteSink {
public:
    std::uint64_t size = 0;
    std::size_t largest = 0;
    Digester sum{Digest::sha256};
    std::function<Result<void>()> on_piece = [] { return Result<void>{}; };

    asio::awaitable<Result<void>> write(std::string bytes) override
    {
        size += bytes.size();
        largest = std::max(largest, bytes.size());
        sum.add(bytes);
        co_return on_piece();
    }
};

// So many bytes, each piece another one.
class Supply final : public ByteSource {
public:
    explicit Supply(std::uint64_t size) : left{size} {}
    std::uint64_t left;
    std::uint64_t given = 0;
    std::optional<Failure> failure; ///< at the end
    Digester sum{Digest::sha256};

    asio::awaitable<Result<std::string>> read(std::size_t most) override
    {
        if (left == 0 && failure)
            co_return *failure;
        std::string bytes(std::min<std::uint64_t>(most, left), static_cast<char>(given % 251));
        left -= bytes.size();
        given += bytes.size();
        sum.add(bytes);
        co_return bytes;
    }
};

// Never gives anything, and says when it was given up.
class Silent final : public ByteSource {
public:
    explicit Silent(const asio::any_io_executor& executor) : pipe_{executor} {}
    asio::awaitable<Result<std::string>> read(std::size_t most) override { return pipe_.read(most); }

private:
    BytePipe pipe_;
};

} // namespace

TEST_CASE("what a command prints goes into the sink, all of it, and is not kept")
{
    World world;
    Collector sink;
    Command command = shell("head -c " + std::to_string(large) + " /dev/zero; echo why >&2; exit 3");
    command.sink = &sink;
    const auto done = world.run(command);
    REQUIRE(done);
    CHECK(sink.size == large);
    CHECK(sink.largest <= 64 * 1024);
    CHECK(done->code == 3);
    CHECK(done->out.empty());
    CHECK(done->err == "why\n");
}

TEST_CASE("what a source gives goes into the command, all of it")
{
    World world;
    Supply source{large};
    Command command = shell("sha256sum | cut -d' ' -f1");
    command.source = &source;
    const auto done = world.run(command);
    REQUIRE(done);
    CHECK(done->out == to_hex(source.sum.finish()) + "\n");
}

TEST_CASE("bytes go through a command from a source to a sink")
{
    World world;
    Supply source{large};
    Collector sink;
    Command command = shell("cat");
    command.source = &source;
    command.sink = &sink;
    const auto done = world.run(command);
    REQUIRE(done);
    CHECK(done->code == 0);
    CHECK(sink.sum.finish() == source.sum.finish());
}

TEST_CASE("a command waits while its sink does")
{
    World world;
    BytePipe pipe{world.strand.executor(), 1};
    Command command = shell("head -c 10000000 /dev/zero");
    command.sink = &pipe;
    Started<Result<Completed>> run;
    world.strand.start(run, world.runner.run(command));
    std::size_t taken = 0;
    while (taken < 10'000'000)
        taken += world.strand.run(pipe.read(1'000'000)).value().size();
    world.strand.turn_until([&] { return run.ended(); });
    CHECK(run.value.value().has_value());
}

TEST_CASE("a sink's failure ends the command, and is the result")
{
    World world;
    Collector sink;
    sink.on_piece = [] { return Failure{Errc::limit, "the disk is full"}; };
    const std::string hour = own_hour();
    Command command = shell("sleep " + hour + " & yes");
    command.sink = &sink;
    const auto done = world.run(command);
    REQUIRE(!done);
    CHECK(done.error().message == "the disk is full");
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("a source's failure ends the command before it can take half for the whole")
{
    World world;
    Supply source{100'000};
    source.failure = Failure{Errc::unreachable, "the store is gone"};
    const std::string hour = own_hour();
    Command command = shell("sleep " + hour + " & cat >/dev/null; echo whole");
    command.source = &source;
    const auto done = world.run(command);
    REQUIRE(!done);
    CHECK(done.error().message == "the store is gone");
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("a command may end before it has read all")
{
    World world;
    Supply endless{~std::uint64_t{0}};
    Command command = shell("head -c 10; exit 4");
    command.source = &endless;
    auto done = world.run(command);
    REQUIRE(done);
    CHECK(done->code == 4);
    CHECK(done->out.size() == 10);
    Silent silent{world.strand.executor()};
    command = shell("exit 5");
    command.source = &silent;
    done = world.run(command);
    REQUIRE(done);
    CHECK(done->code == 5);
}

TEST_CASE("a command that closes its stdin is asked nothing more, and what it says counts")
{
    World world;
    Supply endless{~std::uint64_t{0}};
    Command command = shell("exec <&-; sleep 0.1; echo enough");
    command.source = &endless;
    const auto done = world.run(command);
    REQUIRE(done);
    CHECK(done->out == "enough\n");
}

TEST_CASE("a time limit and a cancellation end a command between its streams")
{
    World world;
    const std::string hour = own_hour();
    BytePipe full{world.strand.executor(), 1};
    Silent silent{world.strand.executor()};
    Command command = shell("(sleep " + hour + " &) ; cat; yes");
    command.source = &silent;
    command.sink = &full;
    command.timeout = 100ms;
    const auto late = world.run(command);
    REQUIRE(!late);
    CHECK(late.error().code == Errc::timed_out);
    CHECK(processes_with(hour) == 0);
    command.timeout.reset();
    command.argv.back() = "(sleep " + hour + " &) ; yes";
    Started<Result<Completed>> run;
    world.strand.start(run, world.runner.run(command));
    CHECK(!world.strand.run(full.read(10)).value().empty());
    run.cancel();
    world.strand.turn_until([&] { return run.ended(); });
    CHECK(run.thrown);
    CHECK(processes_with(hour) == 0);
}
