#include "runtime/registry.hpp"

#include "result_text.hpp"
#include "scripted_handler.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace forager;
using namespace forager::test;

namespace {

Result<void> add(Registry& registry, std::string name, std::string where = "")
{
    Function function;
    function.name = std::move(name);
    function.where = std::move(where);
    return registry.add(std::move(function), gives(one(1)));
}

} // namespace

TEST_CASE("a function is found by its full name until it is removed")
{
    Registry registry;
    REQUIRE(add(registry, "echo.echo"));
    REQUIRE(add(registry, "a.b"));
    CHECK(registry.find("echo.echo").value()->function.name == "echo.echo");
    CHECK(registry.list().front()->function.name == "a.b");
    CHECK(registry.remove("echo.echo"));
    CHECK_FALSE(registry.remove("echo.echo"));
    CHECK(registry.find("echo.echo").error().code == Errc::not_found);
}

TEST_CASE("of what would be replaced, some may stay")
{
    Registry registry;
    REQUIRE(add(registry, "a.one", "old:1"));
    REQUIRE(add(registry, "a.two", "old:2"));
    Registry staged{registry, {"a.one", "a.two"}};
    REQUIRE(add(staged, "a.one", "new:1"));
    staged.keep({"a.two"});
    registry.adopt(staged);
    CHECK(registry.find("a.one").value()->function.where == "new:1");
    CHECK(registry.find("a.two").value()->function.where == "old:2");
}

TEST_CASE("the number of changes is another one whenever the list is, and stays otherwise")
{
    Registry registry;
    std::set<std::size_t> seen{registry.changes()};
    const auto is_new = [&] { return seen.insert(registry.changes()).second; };
    REQUIRE(add(registry, "a.b"));
    CHECK(is_new());
    CHECK_FALSE(add(registry, "a.b"));
    CHECK_FALSE(registry.remove("c.d"));
    CHECK_FALSE(is_new());
    Registry staged{registry, {"a.b"}};
    REQUIRE(add(staged, "a.b"));
    CHECK_FALSE(is_new());
    registry.adopt(staged);
    CHECK(is_new());
    CHECK(registry.remove("a.b"));
    CHECK(is_new());
}

TEST_CASE("a second function of one name is refused with the place of the first")
{
    Registry registry;
    REQUIRE(add(registry, "media.scale", "a.lua:3"));
    REQUIRE(add(registry, "echo.echo"));
    const auto again = add(registry, "media.scale", "b.lua:9");
    CHECK(again.error().message == "there is a function 'media.scale' already, declared at a.lua:3");
    CHECK(again.error().where == "b.lua:9");
    CHECK(again.error().declaration);
    CHECK(add(registry, "echo.echo").error().message == "there is a function 'echo.echo' already, built in");
    CHECK(add(registry, "echo").error().code == Errc::bad_arguments);
}

TEST_CASE("an unknown function's failure suggests one and lists what there is, bounded")
{
    Registry registry;
    CHECK(registry.find("a.b").error().message == "there is no function 'a.b'; there are none");
    REQUIRE(add(registry, "echo.echo"));
    REQUIRE(add(registry, "unix.unix_command"));
    CHECK(registry.find("echo.ehco").error().message ==
          "there is no function 'echo.ehco'; did you mean 'echo.echo'? There are echo.echo and unix.unix_command");
    for (int i = 0; i < 1000; ++i)
        REQUIRE(add(registry, "z.f" + std::to_string(i)));
    CHECK(registry.find("something.else").error().message.ends_with(" and 982 more"));
}

TEST_CASE("a family that is not available says why, but not for what is registered all the same")
{
    Registry registry;
    registry.add_unavailable("backup", "there is no [postgres] in the configuration");
    const Failure failure = registry.find("backup.backup").error();
    CHECK(failure.code == Errc::refused);
    CHECK_FALSE(failure.retry);
    CHECK(failure.message == "backup.backup is not available: there is no [postgres] in the configuration");
    REQUIRE(add(registry, "backup.own"));
    CHECK(registry.find("backup.own"));
    const std::size_t before = registry.changes();
    registry.add_unavailable("backup", "");
    CHECK(registry.changes() != before);
    CHECK(registry.find("backup.backup").error().code == Errc::not_found);
}
