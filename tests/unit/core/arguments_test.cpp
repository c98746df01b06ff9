#include "core/arguments.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

Function thumbnail()
{
    Function function;
    function.name = "media.thumbnail";
    function.parameters = {{"picture", Type::string, {}}, {"width", Type::integer, Value{256}}};
    return function;
}

Function taking(Type type)
{
    Function function;
    function.name = "a.b";
    function.parameters = {{"x", type, {}}};
    return function;
}

Function variadic()
{
    Function function;
    function.name = "a.b";
    function.variadic = true;
    return function;
}

std::string refusal(const Function& function, std::vector<Value> args, Object kwargs = {})
{
    const auto bound = bind_arguments(function, std::move(args), std::move(kwargs));
    REQUIRE_FALSE(bound);
    CHECK(bound.error().code == Errc::bad_arguments);
    return bound.error().message;
}

Value bound_one(Type type, Value value)
{
    return bind_arguments(taking(type), {std::move(value)}, {}).value().front();
}

} // namespace

TEST_CASE("positional and keyword arguments and defaults come into the order of the parameters")
{
    using Values = std::vector<Value>;
    CHECK(bind_arguments(thumbnail(), {"a.png", 3}, {}).value() == Values{"a.png", 3});
    CHECK(bind_arguments(thumbnail(), {"a.png"}, {}).value() == Values{"a.png", 256});
    CHECK(bind_arguments(thumbnail(), {"a.png", nullptr}, {}).value() == Values{"a.png", 256});
    CHECK(bind_arguments(thumbnail(), {"a.png"}, {{"width", 5}}).value() == Values{"a.png", 5});
    CHECK(bind_arguments(thumbnail(), {}, {{"width", 5}, {"picture", "b"}}).value() == Values{"b", 5});
}

TEST_CASE("a refusal names the function, the argument, the type wanted and the type given")
{
    CHECK(refusal(thumbnail(), {7}) ==
          "media.thumbnail: the argument 'picture' must be of type string, but is integer");
    CHECK(refusal(thumbnail(), {"a", 1.5}) ==
          "media.thumbnail: the argument 'width' must be of type integer, but is the number 1.5");
    CHECK(refusal(thumbnail(), {}) == "media.thumbnail: the argument 'picture' (string) is missing");
    CHECK(refusal(thumbnail(), {nullptr}) ==
          "media.thumbnail: the argument 'picture' must be of type string, but is null");
    CHECK(refusal(thumbnail(), {"a", 1, 2}) == "media.thumbnail: it takes 2 arguments, but 3 are given");
    CHECK(refusal(thumbnail(), {"a"}, {{"widht", 1}}) ==
          "media.thumbnail: there is no argument 'widht'; did you mean 'width'?");
    CHECK(refusal(thumbnail(), {"a"}, {{"zoom", 1}}) ==
          "media.thumbnail: there is no argument 'zoom'; it takes picture and width");
    CHECK(refusal(thumbnail(), {"a"}, {{"picture", "b"}}) ==
          "media.thumbnail: the argument 'picture' is given twice, by position and by name");
}

TEST_CASE("numbers and empty tables become what is wanted where nothing is lost")
{
    CHECK(bound_one(Type::integer, 3.0) == Value{3});
    CHECK(bound_one(Type::number, 3) == Value{3});
    CHECK(bound_one(Type::list, Object{}) == Value{Array{}});
    CHECK(bound_one(Type::table, Array{}) == Value{Object{}});
    CHECK(bound_one(Type::any, nullptr) == Value{});
    CHECK_FALSE(bind_arguments(taking(Type::integer), {1e19}, {}));
    CHECK_FALSE(bind_arguments(taking(Type::integer), {std::numeric_limits<double>::quiet_NaN()}, {}));
    CHECK_FALSE(bind_arguments(taking(Type::list), {Value{Object{{"a", 1}}}}, {}));
    CHECK_FALSE(bind_arguments(taking(Type::boolean), {0}, {}));
}

TEST_CASE("a variadic function gets what it is given, and keyword arguments alone as one table")
{
    CHECK(bind_arguments(variadic(), {1, "x"}, {}).value() == std::vector<Value>{1, "x"});
    CHECK(bind_arguments(variadic(), {}, {{"a", 1}}).value() == std::vector<Value>{Value{Object{{"a", 1}}}});
    CHECK(refusal(variadic(), {1}, {{"a", 1}}) ==
          "a.b: it takes either positional arguments or keyword arguments, not both at once");
}
