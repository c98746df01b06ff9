#include "core/options.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;

namespace {

std::string refusal(const auto& result)
{
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Errc::bad_arguments);
    return result.error().message;
}

} // namespace

TEST_CASE("an option that is missing or null has no value")
{
    const Object options{{"cwd", nullptr}};
    for (const char* name : {"cwd", "other"}) {
        CHECK(option(options, name) == nullptr);
        CHECK(text_option(options, name).value() == std::nullopt);
        CHECK(whole_option(options, name).value() == std::nullopt);
        CHECK(duration_option(options, name).value() == std::nullopt);
        CHECK(flag_option(options, name, true).value());
    }
}

TEST_CASE("an option of its type is read")
{
    const Object options{{"cwd", "/tmp"}, {"limit", 7}, {"check", false}};
    CHECK(text_option(options, "cwd").value() == "/tmp");
    CHECK(whole_option(options, "limit").value() == 7);
    CHECK_FALSE(flag_option(options, "check", true).value());
}

TEST_CASE("an option of another type is refused, naming it, the type wanted and the type given")
{
    const Object options{{"x", 1.5}};
    CHECK(refusal(text_option(options, "x")) == "'x' must be a string, not a number");
    CHECK(refusal(whole_option(options, "x")) == "'x' must be a whole number, not a number");
    CHECK(refusal(flag_option(options, "x", true)) == "'x' must be a boolean, not a number");
}

TEST_CASE("a duration is text or a number of seconds, and what is none is shown")
{
    CHECK(to_duration(Value{"250ms"}).value() == 250ms);
    CHECK(to_duration(Value{3}).value() == 3s);
    CHECK(to_duration(Value{0.25}).value() == 250ms);
    CHECK(refusal(to_duration(Value{"soon"})).starts_with("'soon' is not a duration: write \"250ms\""));
    CHECK(refusal(to_duration(Value{-1})).starts_with("-1 is not"));
    CHECK(refusal(to_duration(Value{-0.5})).starts_with("-0.5 is not"));
    CHECK(refusal(to_duration(Value{true})).starts_with("a boolean is not"));
    CHECK(refusal(duration_option(Object{{"timeout", "soon"}}, "timeout")).starts_with("'timeout': 'soon' is not"));
}
