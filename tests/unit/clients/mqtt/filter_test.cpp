#include "clients/mqtt/filter.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace forager;
using namespace forager::mqtt;
using namespace std::string_literals;

TEST_CASE("a topic fits a filter as the standard has it")
{
    for (const auto& [filter, topic] : std::vector<std::pair<std::string, std::string>>{{"a", "a"},
                                                                                        {"a/b", "a/b"},
                                                                                        {"a/+", "a/b"},
                                                                                        {"a/+", "a/"},
                                                                                        {"+/+", "/a"},
                                                                                        {"/+", "/a"},
                                                                                        {"#", "a/b/c"},
                                                                                        {"a/#", "a"},
                                                                                        {"a/#", "a/b/c"},
                                                                                        {"a/+/c", "a/b/c"},
                                                                                        {"a/", "a/"},
                                                                                        {"$SYS/#", "$SYS/x"}})
        CHECK_MESSAGE(matches(filter, topic), filter << " " << topic);
    for (const auto& [filter, topic] : std::vector<std::pair<std::string, std::string>>{{"a", "b"},
                                                                                        {"a", "a/b"},
                                                                                        {"a/b", "a"},
                                                                                        {"a/+", "a"},
                                                                                        {"a/+", "a/b/c"},
                                                                                        {"+", "/a"},
                                                                                        {"a/", "a"},
                                                                                        {"a", "a/"},
                                                                                        {"#", "$SYS/x"},
                                                                                        {"+/x", "$SYS/x"},
                                                                                        {"a/#", "ab"}})
        CHECK_MESSAGE(!matches(filter, topic), filter << " " << topic);
}

TEST_CASE("what is no topic or no filter is refused")
{
    for (const std::string& fine : {"a"s, "/"s, "+"s, "#"s, "a/+/b/#"s})
        CHECK_MESSAGE(check_filter(fine), fine);
    for (const std::string& wrong : {""s, "a+"s, "#/a"s, "a/#b"s, std::string(70'000, 'a')})
        CHECK_FALSE(check_filter(wrong));
    CHECK(check_topic("a/b"));
    for (const std::string& wrong : {""s, "a/+"s, "#"s, "a\0"s, std::string(70'000, 'a')})
        CHECK_FALSE(check_topic(wrong));
}
