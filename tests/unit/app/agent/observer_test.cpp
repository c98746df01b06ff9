#include "app/agent/observer.hpp"

#include "io/system_failure.hpp"
#include "store_world.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>

#include <fstream>
#include <string>

using namespace forager;
using namespace forager::test;

namespace {

// The log of an agent that keeps records of "kept" alone.
class ObserverWorld : public StoreWorld {
public:
    ObserverWorld()
    {
        REQUIRE(open());
        observer.keep_in(
            store->records(), store->logs(), [](const std::string& id) { return id == "kept"; },
            [this](const std::string&, std::string_view) { ++told; });
    }

    void print(const std::string& id, int lines)
    {
        Invocation invocation;
        invocation.id = id;
        invocation.function = "f.f";
        for (int n = 1; n <= lines; ++n)
            observer.line(invocation, "line of " + id);
    }

    int logged(const std::string& words) const
    {
        int count = 0;
        std::ifstream written{folder.at("log")};
        for (std::string line; std::getline(written, line);)
            count += line.find(words) != std::string::npos ? 1 : 0;
        return count;
    }

    Descriptor file{::open(folder.at("log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    AgentLog log{LogFormat::text, LogLevel::info, {file.number(), ""}};
    AgentObserver observer{log};
    int told = 0;
};

} // namespace

TEST_CASE("of what is kept with its record the log has the first lines, and says where the others are")
{
    ObserverWorld world;
    world.print("kept", 1500);
    world.print("other", 1500);
    CHECK(world.logged("line of kept") == 1000);
    CHECK(world.logged("not logged here: forager logs kept") == 1);
    CHECK(world.logged("line of other") == 1500);
    CHECK(world.told == 1500);
    world.observer.end("kept");
    world.print("kept", 1);
    CHECK(world.logged("line of kept") == 1001);
}
