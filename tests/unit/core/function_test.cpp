#include "core/function.hpp"

#include "core/invocation.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("every type has a name and is found by it")
{
    for (const Type type :
         {Type::string, Type::integer, Type::number, Type::boolean, Type::list, Type::table, Type::any})
        CHECK(type_named(name_of(type)) == type);
    CHECK(name_of(Type::table) == "table");
    CHECK_FALSE(type_named("float"));
}

TEST_CASE("a function's name has a family and a name")
{
    CHECK(is_function_name("unix.unix_command"));
    CHECK(is_function_name("a.b-c.D4"));
    for (const char* name : {"", "unix", ".a", "a.", "a..b", "a b.c", "ä.b"})
        CHECK_FALSE(is_function_name(name));
    CHECK(is_function_name("a." + std::string(198, 'b')));
    CHECK_FALSE(is_function_name("a." + std::string(199, 'b')));
}

TEST_CASE("a nested invocation knows who waits for it and keeps environment, deadline and source")
{
    Invocation parent;
    parent.id = "1";
    parent.function = "a.b";
    parent.env = {{"LANG", "C"}};
    parent.deadline = TimePoint{std::chrono::seconds{5}};
    parent.source = "run";
    const Invocation child = nested_in(parent, "c.d");
    CHECK(child.function == "c.d");
    CHECK(child.id.empty());
    CHECK(child.env == parent.env);
    CHECK(child.deadline == parent.deadline);
    CHECK(child.source == "run");
    REQUIRE(child.chain.size() == 1);
    CHECK(child.chain[0].id == "1");
    CHECK(child.chain[0].function == "a.b");
}
