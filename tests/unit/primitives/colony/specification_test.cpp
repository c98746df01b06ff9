#include "primitives/colony/specification.hpp"

#include "clients/colonies/types/function_spec.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;

namespace {

Result<colonies::FunctionSpec> spec_of(const Object& options, const std::string& function = "demo.work")
{
    auto call = colony_call(function, options);
    if (!call)
        return call.error();
    return specification_of(std::move(*call), "c");
}

std::string refusal_of(const Object& options)
{
    const auto spec = spec_of(options);
    return spec ? "taken" : spec.error().message;
}

} // namespace

TEST_CASE("a call without options may take its time, is run once, and goes to executors of type forager")
{
    const auto spec = spec_of({}).value();
    CHECK(spec.function == "demo.work");
    CHECK(spec.max_exec_time == -1);
    CHECK(spec.max_wait_time == -1);
    CHECK(spec.max_retries == 0);
    CHECK(spec.conditions.colony == "c");
    CHECK(spec.conditions.executor_type == "forager");
    CHECK(spec.conditions.cpu.empty());
    CHECK(spec.conditions.memory.empty());
}

TEST_CASE("every option finds its place, and times are whole seconds, rounded up")
{
    const auto spec = spec_of({{"args", Array{1, "two"}},
                               {"kwargs", Object{{"a", nullptr}}},
                               {"executor", "gpu"},
                               {"executor_names", Array{"a", "b"}},
                               {"location", "hall"},
                               {"timeout", "1500ms"},
                               {"max_wait", 60},
                               {"retries", 3},
                               {"priority", -2},
                               {"label", "nightly"},
                               {"env", Object{{"KEY", "VALUE"}}},
                               {"channels", Array{"ctl"}},
                               {"cpu", 0.5},
                               {"memory", "1.5MB"},
                               {"node", "n"},
                               {"after", Array{"m"}}})
                          .value();
    CHECK(spec.args == Array{1, "two"});
    CHECK(spec.kwargs == Object{{"a", nullptr}});
    CHECK(spec.max_exec_time == 2);
    CHECK(spec.max_wait_time == 60);
    CHECK(spec.max_retries == 3);
    CHECK(spec.priority == -2);
    CHECK(spec.label == "nightly");
    CHECK(spec.env.at("KEY") == "VALUE");
    CHECK(spec.channels == std::vector<std::string>{"ctl"});
    CHECK(spec.node == "n");
    CHECK(spec.conditions.executor_type == "gpu");
    CHECK(spec.conditions.executor_names == std::vector<std::string>{"a", "b"});
    CHECK(spec.conditions.location == "hall");
    CHECK(spec.conditions.dependencies == std::vector<std::string>{"m"});
    CHECK(spec.conditions.cpu == "500m");
    CHECK(spec.conditions.memory == "2Mi");
    CHECK(spec_of({{"cpu", "250m"}})->conditions.cpu == "250m");
}

TEST_CASE("an option of the wrong kind is refused by its name")
{
    CHECK(refusal_of({{"args", "x"}}) == "'args' must be a list, not string");
    CHECK(refusal_of({{"kwargs", Array{1}}}) == "'kwargs' must be a table of named arguments, not list");
    CHECK(refusal_of({{"executor_names", Array{1}}}) == "'executor_names' must be a list of strings, not integer");
    CHECK(refusal_of({{"env", Object{{"A", 1}}}}) == "'env.A' must be a string, not integer");
    CHECK(refusal_of({{"priority", 60'000}}) == "'priority' must be from -50000 to 50000, not 60000");
    CHECK(refusal_of({{"timeout", 0}}).find("longer than nothing") != std::string::npos);
    CHECK(refusal_of({{"cpu", "2"}}).starts_with("'cpu' must be"));
    CHECK(refusal_of({{"cpu", -1}}).starts_with("'cpu' must be"));
    CHECK(refusal_of({{"memory", "much"}}).starts_with("'memory' must be"));
    CHECK(refusal_of({{"retries", -2}}).starts_with("'retries' must be"));
    CHECK(refusal_of({{"executor", ""}}).starts_with("'executor' must be"));
    CHECK(spec_of({}, "").error().code == Errc::bad_arguments);
    CHECK(refusal_of({{"args", Object{}}, {"kwargs", Array{}}}) == "taken"); // what an empty table of Lua may become
}

TEST_CASE("a number that would come back as another one is refused where it stands")
{
    const std::int64_t exact = std::int64_t{1} << 53;
    CHECK(refusal_of({{"args", Array{exact, -exact}}}) == "taken");
    CHECK(refusal_of({{"args", Array{1, exact + 1}}}).starts_with("args[2] is 9007199254740993, which"));
    CHECK(refusal_of({{"kwargs", Object{{"a", Array{Object{{"b", -exact - 1}}}}}}})
              .starts_with("kwargs.a[1].b is -9007199254740993, which"));
}
