#include "primitives/files/ignore_rules.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("a pattern is about one part of the path, and about all below it")
{
    const IgnoreRules rules{"# comment\n*.log\n/build/\nnode_modules\n"};
    CHECK(rules.leaves_out("a.log"));
    CHECK_FALSE(rules.leaves_out("sub/a.log"));
    CHECK(rules.leaves_out("build"));
    CHECK(rules.leaves_out("build/x/y"));
    CHECK(rules.leaves_out("node_modules/a"));
    CHECK_FALSE(rules.leaves_out("src/node_modules"));
    CHECK_FALSE(rules.leaves_out("Dockerfile"));
    CHECK(rules.are_final());
}

TEST_CASE("two stars are any folders, also none")
{
    const IgnoreRules rules{"**/*.pyc\nsrc/**/test\n"};
    CHECK(rules.leaves_out("a.pyc"));
    CHECK(rules.leaves_out("x/y/a.pyc"));
    CHECK(rules.leaves_out("src/test"));
    CHECK(rules.leaves_out("src/a/b/test/file"));
    CHECK_FALSE(rules.leaves_out("test"));
}

TEST_CASE("the last pattern that fits decides")
{
    const IgnoreRules rules{"*\n!src\nsrc/secret*\n!src/secret.pub\n"};
    CHECK(rules.leaves_out("other"));
    CHECK_FALSE(rules.leaves_out("src"));
    CHECK_FALSE(rules.leaves_out("src/main.c"));
    CHECK(rules.leaves_out("src/secret.key"));
    CHECK_FALSE(rules.leaves_out("src/secret.pub"));
    CHECK_FALSE(rules.are_final());
}

TEST_CASE("wildcards stand for one character or several, and lists for one")
{
    const IgnoreRules rules{"temp?\n[ab].txt\r\n"};
    CHECK(rules.leaves_out("temp1"));
    CHECK_FALSE(rules.leaves_out("temp"));
    CHECK(rules.leaves_out("a.txt"));
    CHECK_FALSE(rules.leaves_out("c.txt"));
}

TEST_CASE("nothing leaves nothing out")
{
    CHECK_FALSE(IgnoreRules{}.leaves_out("a"));
    CHECK_FALSE(IgnoreRules{"\n \n!\n/\n"}.leaves_out("a"));
}
