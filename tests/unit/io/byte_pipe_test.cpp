#include "io/piped.hpp"

#include "result_text.hpp"
#include "run.hpp"
#include "strand.hpp"

#include <doctest/doctest.h>

#include <boost/system/system_error.hpp>

using namespace forager;
using namespace forager::test;

namespace asio = boost::asio;

namespace {

asio::awaitable<Result<void>> write_all(BytePipe& pipe, std::vector<std::string> pieces, std::size_t& written)
{
    for (std::string& piece : pieces) {
        const Result<void> done = co_await pipe.write(std::move(piece));
        if (!done)
            co_return done.error();
        ++written;
    }
    co_return Result<void>{};
}

asio::awaitable<Result<std::string>> read_all(BytePipe& pipe, std::size_t most)
{
    std::string all;
    while (true) {
        auto bytes = co_await pipe.read(most);
        if (!bytes)
            co_return bytes.error();
        if (bytes->empty())
            co_return all;
        CHECK(bytes->size() <= most);
        all += *bytes;
    }
}

asio::awaitable<Result<void>> fails(Failure failure)
{
    co_return failure;
}

asio::awaitable<Result<std::string>> fails_at_once(Failure failure)
{
    co_return failure;
}

asio::awaitable<Result<std::string>> content_with_nothing()
{
    co_return std::string{"enough"};
}

asio::awaitable<Result<void>> throws()
{
    throw std::runtime_error{"a bug"};
    co_return Result<void>{};
}

asio::awaitable<Result<void>> writes_for_ever(BytePipe& pipe, bool& ended)
{
    struct Mark {
        bool& ended;
        ~Mark() { ended = true; }
    } const mark{ended};
    while (true)
        (void)co_await pipe.write("x");
}

} // namespace

TEST_CASE("what is written is read, in its order, in pieces as large as the reader likes")
{
    for (const std::size_t most : {1U, 3U, 100U}) {
        Strand strand;
        BytePipe pipe{strand.executor(), 4};
        std::size_t written = 0;
        const auto all =
            strand.run(piped(pipe, write_all(pipe, {"one", "", "two", "three"}, written), read_all(pipe, most)));
        CHECK(all.value() == "onetwothree");
        CHECK(written == 4);
    }
}

TEST_CASE("the writer waits while there is no room")
{
    Strand strand;
    BytePipe pipe{strand.executor(), 4};
    std::size_t written = 0;
    Started<Result<void>> writing;
    strand.start(writing, write_all(pipe, {"ab", "cd", "ef", "gh"}, written));
    strand.io.poll();
    CHECK(written == 2);
    CHECK(strand.run(pipe.read(2)).value() == "ab");
    strand.turn_until([&] { return written == 3; });
    writing.cancel();
    strand.turn_until([&] { return writing.ended(); });
    CHECK(writing.thrown);
}

TEST_CASE("a writer's failure reaches the reader, and is that of both")
{
    Strand strand;
    BytePipe pipe{strand.executor()};
    const auto all = strand.run(piped(pipe, fails({Errc::refused, "the disk is full"}), read_all(pipe, 10)));
    CHECK(all.error().message == "the disk is full");
}

TEST_CASE("a reader's failure ends the writer")
{
    Strand strand;
    BytePipe pipe{strand.executor(), 4};
    bool ended = false;
    const auto all = strand.run(piped(pipe, writes_for_ever(pipe, ended), fails_at_once({Errc::unreachable, "cut"})));
    CHECK(all.error().message == "cut");
    CHECK(ended);
}

TEST_CASE("a reader that is content early hears how it ended all the same")
{
    Strand strand;
    BytePipe pipe{strand.executor(), 4};
    std::size_t written = 0;
    CHECK(strand.run(piped(pipe, write_all(pipe, {"abcd", "efgh", "ijkl"}, written), content_with_nothing())).value() ==
          "enough");
    CHECK(written == 3);
    BytePipe other{strand.executor()};
    CHECK(strand.run(piped(other, fails({Errc::refused, "not what it was"}), content_with_nothing())).error().message ==
          "not what it was");
}

TEST_CASE("a writer that throws does not leave its reader waiting")
{
    Strand strand;
    BytePipe pipe{strand.executor()};
    CHECK(!strand.run(piped(pipe, throws(), read_all(pipe, 10))).has_value());
}

TEST_CASE("a cancellation ends both")
{
    Strand strand;
    BytePipe pipe{strand.executor(), 4};
    bool ended = false;
    BytePipe never{strand.executor()};
    Started<Result<std::string>> work;
    strand.start(work, piped(pipe, writes_for_ever(pipe, ended), read_all(never, 1)));
    strand.io.poll();
    CHECK(!ended);
    work.cancel();
    strand.turn_until([&] { return work.ended(); });
    CHECK(work.thrown);
    CHECK(ended);
}
