#include "control/client_stream.hpp"

#include "world.hpp"

#include <doctest/doctest.h>

namespace forager::test {

using control::ClientStream;

TEST_CASE("events wait to be read, and the end comes after them")
{
    World world;
    ClientStream stream{world.io.get_executor(), 1000};
    Begun<std::string> begun;
    world.begin(begun, stream.next());
    world.clock.run_for(world.io, {});
    CHECK_FALSE(begun.ended());
    stream.offer({{"event", "line"}, {"text", "a"}});
    world.finish(begun);
    CHECK(begun.value == "{\"event\":\"line\",\"text\":\"a\"}\n");
    stream.tell({{"event", "answer"}});
    stream.end();
    CHECK(world.run(stream.next()) == "{\"event\":\"answer\"}\n");
    CHECK(world.run(stream.next()).empty());
}

TEST_CASE("lines that nobody reads are lost beyond a bound, what must not be lost is not")
{
    World world;
    ClientStream stream{world.io.get_executor(), 100};
    for (int i = 0; i < 1000; ++i)
        stream.offer({{"event", "line"}, {"text", "a line"}});
    stream.tell({{"event", "answer"}});
    const std::string text = world.run(stream.next());
    CHECK(text.size() < 400);
    CHECK(text.find("lines are lost") != std::string::npos);
    CHECK(text.ends_with("{\"event\":\"answer\"}\n"));
}

} // namespace forager::test
