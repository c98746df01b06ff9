#include "memory_store.hpp"
#include "result_text.hpp"
#include "script_world.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;
using namespace forager::test;

namespace {

class Store : public ScriptWorld {
public:
    Store()
    {
        store = [this]() -> Result<ObjectStore*> { return &objects; };
    }

    Failure failure(const std::string& text)
    {
        Outcome outcome = run_script("local s3 = require('forager').s3\n" + text);
        REQUIRE(!outcome);
        return outcome.error();
    }

    MemoryStore objects;
};

} // namespace

TEST_CASE("a put whose on_progress fails leaves no object, though its bytes had gone by then")
{
    Store world;
    const Failure failure = world.failure("s3.put('k', 'small', { on_progress = function() error 'no more' end })");
    CHECK(failure.message.find("no more") != std::string::npos);
    CHECK(world.objects.calls["put"] == 1);
    CHECK(world.objects.objects.empty());
}

TEST_CASE("a put that the store refuses removes nothing of what was there")
{
    Store world;
    world.objects.objects["k"] = "before";
    world.objects.failures["put"] = Failure{Errc::refused, "not today"};
    CHECK(world.failure("s3.put('k', 'small', { on_progress = print })").message == "not today");
    CHECK(world.objects.objects.at("k") == "before");
}

TEST_CASE("what can be no SHA-256 is refused before a store is asked, and its letters count in either case")
{
    Store world;
    for (const char* words : {"'zz'", "''", "('0'):rep(63)", "('g'):rep(64)"}) {
        const std::string option = "{ sha256 = " + std::string{words} + " }";
        CHECK(world.failure("s3.put('k', 'x', " + option + ")").code == Errc::bad_arguments);
        CHECK(world.failure("s3.get('k', " + option + ")").code == Errc::bad_arguments);
    }
    CHECK(world.objects.calls.empty());
    CHECK(world.run_script("require('forager').s3.put('k', '', { sha256 = "
                           "'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855' })"));
}
