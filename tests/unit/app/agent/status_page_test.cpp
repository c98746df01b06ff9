#include "app/agent/status_page.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;

namespace {

bool has(const std::string& page, std::string_view text)
{
    return page.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("the page has what the status has: values, members and tables")
{
    const std::string page = status_page({{"version", "1.2"},
                                          {"queue", Object{{"waiting", 3}, {"paused", false}}},
                                          {"sessions", Array{}},
                                          {"loops", Array{Object{{"name", "queue"}, {"restarts", 7}},
                                                          Object{{"name", "files"}, {"last_error", "no disk"}}}}});
    CHECK(page.starts_with("<!DOCTYPE html>"));
    CHECK(has(page, "<tr><th>version</th><td>1.2</td></tr>"));
    CHECK(has(page, "<h2>queue</h2>\n<table>\n<tr><th>waiting</th><td>3</td></tr>\n<tr><th>paused</th><td>false</td>"));
    CHECK(has(page, "<h2>sessions</h2>\n<p>none</p>"));
    CHECK(has(page, "<tr><th>name</th><th>restarts</th><th>last_error</th></tr>"));
    CHECK(has(page, "<tr><td>queue</td><td>7</td><td></td></tr>"));
    CHECK(has(page, "<tr><td>files</td><td></td><td>no disk</td></tr>"));
}

TEST_CASE("no text of a script becomes markup")
{
    const std::string bad = "<script>alert('a')</script> & \"b\"";
    const std::string page = status_page({{bad, bad},
                                          {"\xff", "\xfe"},
                                          {"store", Object{{bad, bad}}},
                                          {"scripts", Array{Object{{bad, bad}, {"problem", Object{{bad, bad}}}}}}});
    CHECK_FALSE(has(page, "<script"));
    CHECK_FALSE(has(page, "alert('"));
    CHECK_FALSE(has(page, "\xff"));
    CHECK_FALSE(has(page, "\xfe"));
    CHECK(has(page, "&lt;script&gt;alert(&#39;a&#39;)&lt;/script&gt; &amp; &quot;b&quot;"));
}

TEST_CASE("a long table is cut and says so")
{
    Array many;
    for (int i = 0; i < 700; ++i)
        many.emplace_back(Object{{"name", "loop " + std::to_string(i)}});
    const std::string page = status_page({{"loops", many}});
    CHECK(has(page, "loop 499<"));
    CHECK_FALSE(has(page, "loop 500<"));
    CHECK(has(page, "and 200 more"));
}
