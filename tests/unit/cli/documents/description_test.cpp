#include "cli/documents/description.hpp"

#include "cli/documents/asking.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::cli;

namespace {

Object status(const char* phase, std::int64_t observed)
{
    return Object{{"phase", phase},
                  {"observedGeneration", observed},
                  {"instances", Array{Value{Object{{"name", "web-0"},
                                                   {"state", "running"},
                                                   {"ready", true},
                                                   {"generation", 2},
                                                   {"executor", "web-exec-0"}}},
                                      Value{Object{{"name", "web-1"},
                                                   {"state", "ended"},
                                                   {"ready", false},
                                                   {"generation", 1},
                                                   {"exitCode", 3},
                                                   {"trouble", "it ended\nwith 3"}}}}},
                  {"totalInstances", 2},
                  {"lastUpdated", "2020-01-02T00:00:02.000Z"},
                  {"updated", 1}};
}

Object document(const char* phase, std::int64_t observed = 2)
{
    return Object{
        {"kind", "ExecutorDeployment"},
        {"name", "web"},
        {"id", "abc"},
        {"generation", 2},
        {"effective", 2},
        {"created", "2020-01-01T00:00:00.000Z"},
        {"phase", phase},
        {"message", "1 of 2 has ended"},
        {"runtime", "local"},
        {"replicas", 2},
        {"ready", 1},
        {"paused", false},
        {"deleting", false},
        {"has_failed", false},
        {"document", Object{{"spec", Object{{"replicas", 2}, {"command", Array{"sleep", "1"}}}}}},
        {"status", status(phase, observed)},
        {"revisions",
         Array{Value{Object{
                   {"generation", 1}, {"made", "2020-01-01T00:00:00.000Z"}, {"change", "applied"}, {"good", true}}},
               Value{Object{
                   {"generation", 2}, {"made", "2020-01-02T00:00:00.000Z"}, {"change", "applied"}, {"good", false}}}}},
        {"recent",
         Array{Value{Object{{"at", "2020-01-02T00:00:01.000Z"}, {"what", "started web-1: 1 of 2 is missing"}}}}}};
}

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a document is described from what it is to what was done for it")
{
    const std::string text = described(document("Scaling"));
    INFO(text);
    CHECK(text.starts_with("Name:        web\nKind:        ExecutorDeployment\n"));
    CHECK(holds(text, "Created:     2020-01-01 00:00:00 UTC ("));
    CHECK(holds(text, "Phase:       Scaling\nMessage:     1 of 2 has ended\n"));
    CHECK(holds(text, "ready      no  1 of 2\n"));
    CHECK(holds(text, "as wanted  no  1 of 2 has ended\n"));
    CHECK(holds(text, "\nSpec:\n  replicas: 2\n  command:\n"));
    CHECK(holds(text, "\nInstances:\n  NAME   STATE      READY  GENERATION  AGE  EXECUTOR    TROUBLE\n"
                      "  web-0  running    yes    2                web-exec-0\n"
                      "  web-1  ended (3)  no     1                            it ended with 3\n"));
    CHECK(holds(text, "\nLooked at:   2020-01-02 00:00:02 UTC\n"));
    CHECK(holds(text, "\nStatus:\n  updated: 1\n\n"));
    CHECK(holds(text, "\nRevisions:\n  GENERATION  MADE"));
    CHECK(holds(text, "\nDone last:\n  2020-01-02 00:00:01 UTC  started web-1: 1 of 2 is missing\n"));
}

TEST_CASE("a document that has failed, is paused or goes is described as that")
{
    Object failed = document("Degraded");
    failed.set("has_failed", true);
    failed.set("failed", 2);
    failed.set("effective", 1);
    failed.find("revisions")->get<Array>()->back().get<Object>()->append("failure", "no");
    CHECK(holds(described(failed), "Generation:  2 (has failed: 1 is in use)\n"));
    CHECK(holds(history_of(failed), "applied  in use, was there\n"));
    CHECK(holds(history_of(failed), "applied  failed\n"));
    Object paused = document("Paused");
    paused.set("paused", true);
    paused.set("deleting", true);
    CHECK(holds(described(paused), "paused     yes  'forager rollout resume' lets it go on\n"));
    CHECK(holds(described(paused), "deleting   yes\n"));
}

TEST_CASE("what is not there is left out of a description")
{
    const std::string text = described(Object{{"kind", "Note"}, {"name", "one"}, {"generation", 1}, {"effective", 1}});
    CHECK(text.starts_with("Name:        one\n"));
    CHECK_FALSE(holds(text, "Spec:"));
    CHECK_FALSE(holds(text, "Instances:"));
    CHECK_FALSE(holds(text, "Done last:"));
}

TEST_CASE("a document is there when what is wanted now was seen to be")
{
    CHECK(course_of(document("Running")) == Course::there);
    CHECK(course_of(document("Running", 1)) == Course::going);
    CHECK(course_of(document("Updating")) == Course::going);
    CHECK(course_of(document("Paused", 1)) == Course::there);
    Object failed = document("Running", 1);
    failed.set("has_failed", true);
    CHECK(course_of(failed) == Course::failed);
    Object going = document("Running");
    going.set("deleting", true);
    CHECK(course_of(going) == Course::going);
}

TEST_CASE("a line says how it is in a few words")
{
    CHECK(line_of(document("Scaling")) == "ExecutorDeployment/web: Scaling, 1 of 2 ready: 1 of 2 has ended");
    CHECK(line_of(Object{{"kind", "Note"}, {"name", "one"}, {"phase", "Running"}}) == "Note/one: Running");
    CHECK(ready_text(document("Scaling")) == "1/2");
    CHECK(ready_text(Object{{"replicas", nullptr}}) == "-");
    CHECK(age_text(Object{{"created", "never"}}, "created").empty());
}

TEST_CASE("what the agent says of a document that was written gets its place")
{
    WrittenDocument written;
    written.file = "web.yaml";
    written.format = Format::yaml;
    written.text = std::make_shared<const std::string>("kind: A\nspec:\n  replicas: many\n");
    Failure wrong{Errc::bad_arguments, "spec.replicas: must be a number"};
    wrong.details.append("field", "spec.replicas");
    CHECK(told_of(written, wrong).where == "web.yaml:3");
    CHECK(told_of(written, wrong).declaration);
    const Failure unknown = told_of(written, {Errc::not_found, "nobody keeps the kind A"});
    CHECK(unknown.where == "web.yaml:1");
    CHECK(unknown.declaration);
    CHECK_FALSE(told_of(written, {Errc::refused, "it is being deleted"}).declaration);
    Failure away{Errc::not_found, "no agent answers"};
    away.details.append("agent", "absent");
    CHECK(told_of(written, away).where.empty());
}
