#include "core/references.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

Value list(std::initializer_list<Value> values)
{
    return Value{Array{values}};
}

Value result(std::initializer_list<Value> path)
{
    return Value{Object{{"$result", list(path)}}};
}

Value item(std::initializer_list<Value> path)
{
    return Value{Object{{"$item", list(path)}}};
}

const Value dump{Object{{"file", "a.sql"}, {"parts", list({10, 20})}}};

Result<Value> resolved(const Value& value, const Value* at = nullptr)
{
    const Referents referents{[](std::string_view task) { return task == "dump" ? &dump : nullptr; }, at};
    return resolve(value, referents);
}

} // namespace

TEST_CASE("a reference is replaced by a result or a part of it, wherever it stands")
{
    CHECK(resolved(result({"dump"})).value() == dump);
    CHECK(resolved(result({"dump", "file"})).value() == Value{"a.sql"});
    CHECK(resolved(result({"dump", "parts", 2})).value() == Value{20});
    const Value inside{Object{{"json", list({1, result({"dump", "file"})})}, {"x", nullptr}}};
    CHECK(resolved(inside).value() == Value{Object{{"json", list({1, "a.sql"})}, {"x", nullptr}}});
    const Value ordinary{Object{{"$result", 1}, {"more", 2}}};
    CHECK(resolved(ordinary).value() == ordinary);
}

TEST_CASE("the item of a fan-out is replaced as well")
{
    const Value at{Object{{"name", "x"}}};
    CHECK(resolved(item({}), &at).value() == at);
    CHECK(resolved(Value{Object{{"$item", Object{}}}}, &at).value() == at);
    CHECK(resolved(item({"name"}), &at).value() == Value{"x"});
    CHECK_FALSE(resolved(item({})));
}

TEST_CASE("what is not there is named with its path")
{
    CHECK(resolved(result({"dump", "fiel"})).error().message ==
          "there is no result of 'dump'.fiel; did you mean 'file'?");
    CHECK(resolved(result({"dump", "parts", 3})).error().message ==
          "there is no result of 'dump'.parts[3]: the list has 2 elements");
    CHECK_FALSE(resolved(result({"dump", "parts", 0})));
    CHECK(resolved(result({"dump", "file", "size"})).error().message ==
          "there is no result of 'dump'.file.size: what should hold it is a string");
    CHECK(resolved(result({"other"})).error().code == Errc::bad_arguments);
    CHECK_FALSE(resolved(result({})));
    CHECK_FALSE(resolved(result({"dump", true})));
}

TEST_CASE("references are found without resolving them")
{
    const Value value = list({result({"b", 1}), Value{Object{{"x", result({"a"})}}}, result({"b"})});
    CHECK(referenced_tasks(value) == std::vector<std::string>{"b", "a"});
    CHECK_FALSE(refers_to_item(value));
    CHECK(refers_to_item(list({item({})})));
}

TEST_CASE("values that are nested too deeply are refused")
{
    Value value = 1;
    for (int i = 0; i < 1000; ++i)
        value = list({std::move(value)});
    CHECK(resolved(value).error().code == Errc::limit);
    CHECK(referenced_tasks(value).empty());
}
