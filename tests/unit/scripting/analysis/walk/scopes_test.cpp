#include "scripting/analysis/walk/scopes.hpp"

#include <doctest/doctest.h>

using namespace forager::scripting;

TEST_CASE("a name means the innermost variable, and the outer one again after its block")
{
    Scopes scopes;
    const Scopes::Block outer{scopes};
    const std::size_t first = scopes.declare("x");
    {
        const Scopes::Block inner{scopes};
        const std::size_t second = scopes.declare("x");
        CHECK(second != first);
        CHECK(scopes.find("x")->number == second);
        const std::size_t third = scopes.declare("x");
        CHECK(scopes.find("x")->number == third);
    }
    CHECK(scopes.find("x")->number == first);
    CHECK(scopes.find("y") == nullptr);
}

TEST_CASE("nothing is left of a block that was closed")
{
    Scopes scopes;
    {
        const Scopes::Block block{scopes};
        scopes.declare("x");
        CHECK(scopes.visible().size() == 1);
    }
    CHECK(scopes.find("x") == nullptr);
    CHECK(scopes.visible().empty());
}

TEST_CASE("what is known belongs to the variable declared last")
{
    Scopes scopes;
    const Scopes::Block block{scopes};
    scopes.declare("x");
    scopes.declare("y");
    scopes.know({Known::Kind::string, "text"});
    CHECK(scopes.find("y")->known.text == "text");
    CHECK(scopes.find("x")->known.kind == Known::Kind::nothing);
}
