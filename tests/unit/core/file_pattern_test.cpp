#include "core/file_pattern.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("a pattern is taken apart at its slashes")
{
    CHECK(FilePattern::parse("/var//spool/in-*/*.csv").value().parts() ==
          std::vector<std::string>{"var", "spool", "in-*", "*.csv"});
}

TEST_CASE("a pattern that cannot be watched is refused with the way out")
{
    const auto refusal = [](std::string_view text) {
        const auto pattern = FilePattern::parse(text);
        REQUIRE_FALSE(pattern);
        CHECK(pattern.error().code == Errc::bad_arguments);
        return pattern.error().message;
    };
    CHECK(refusal("in/*.csv").find("must begin with '/'") != std::string::npos);
    CHECK(refusal("/in/").find("write '*' for every file") != std::string::npos);
    CHECK(refusal("/").find("file's name") != std::string::npos);
    CHECK(refusal("/in/**/a").find("'**' is not supported") != std::string::npos);
    CHECK(refusal("/in/../a").find("'..'") != std::string::npos);
    CHECK(refusal(std::string{"/in/a\0b", 7}).find("cannot be a path") != std::string::npos);
    CHECK(refusal("").find("must begin with '/'") != std::string::npos);
}
