#include "cli/documents/selection.hpp"

#include "cli/asking.hpp"
#include "cli/documents/asking.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::cli;

namespace {

Value row(const char* kind, const char* name)
{
    return Object{{"kind", kind}, {"name", name}};
}

const Array& rows()
{
    static const Array all{row("ExecutorDeployment", "web"), row("ExecutorDeployment", "db"), row("Note", "web"),
                           row("Note", "note")};
    return all;
}

std::string names(const std::string& what)
{
    const auto some = selected(rows(), what);
    INFO(what);
    REQUIRE(some);
    std::string text;
    for (const Value& one : *some)
        text += (text.empty() ? "" : " ") + title_of(one);
    return text;
}

std::string complaint(const std::string& what)
{
    const auto some = selected(rows(), what);
    REQUIRE(some.has_error());
    CHECK(some.error().code == Errc::not_found);
    return some.error().message;
}

} // namespace

TEST_CASE("documents are selected by kind, in any case and in the plural, by name, or by both")
{
    CHECK(names("") == "ExecutorDeployment/web ExecutorDeployment/db Note/web Note/note");
    CHECK(names("executordeployments") == "ExecutorDeployment/web ExecutorDeployment/db");
    CHECK(names("ExecutorDeployment/") == "ExecutorDeployment/web ExecutorDeployment/db");
    CHECK(names("web") == "ExecutorDeployment/web Note/web");
    CHECK(names("notes/web") == "Note/web");
    CHECK(names("note") == "Note/web Note/note"); // a kind comes before a name
}

TEST_CASE("what there is not is named with the nearest")
{
    CHECK(complaint("wev") == "there is no document wev, did you mean 'web'?: 'forager get' lists what there is");
    CHECK(complaint("Note/wev").find("did you mean 'web'?") != std::string::npos);
    CHECK(complaint("zzzzzzzz") == "there is no document zzzzzzzz: 'forager get' lists what there is");
    CHECK(complaint("WEB").starts_with("there is no document WEB"));
}

TEST_CASE("a document has its place at the agent")
{
    CHECK(place_of("web") == "/v1/documents/web");
    CHECK(place_of("ExecutorDeployment/web-1") == "/v1/documents/ExecutorDeployment:web-1");
    CHECK(place_of("a b/../c?d") == "/v1/documents/a%20b:..%2Fc%3Fd");
}
