#include "control/document_view.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::control;
using namespace std::chrono_literals;
using reconciling::Kept;

namespace {

reconcile::Revision revision(std::int64_t generation, std::int64_t replicas)
{
    reconcile::Revision revision;
    revision.generation = generation;
    revision.spec = Object{{"runtime", "local"}, {"replicas", replicas}, {"command", Array{"sleep", "1"}}};
    revision.made = WallTime{std::chrono::hours{generation}};
    revision.change = "applied";
    revision.good = generation == 1;
    return revision;
}

Kept kept()
{
    Kept kept;
    kept.document.key = {"", "", "ExecutorDeployment", "web"};
    kept.document.id = "abc";
    kept.document.revisions = {revision(1, 2), revision(2, 3)};
    kept.document.given = Object{{"kind", "ExecutorDeployment"},
                                 {"metadata", Object{{"name", "web"}}},
                                 {"spec", kept.document.revisions.back().spec}};
    return kept;
}

Kept with_status(std::int64_t ready, const char* seen)
{
    Kept one = kept();
    one.document.status =
        Object{{"phase", "Scaling"},  {"message", "one is missing"},
               {"replicas", 3},       {"ready", ready},
               {"lastUpdated", seen}, {"instances", Array{Value{Object{{"name", "web-0"}, {"lastCheck", seen}}}}}};
    return one;
}

std::string text(const Object& data, std::string_view name)
{
    return part<std::string>(data, name);
}

} // namespace

TEST_CASE("a document that nobody has looked at yet is pending")
{
    const Object row = summary_of(kept());
    CHECK(text(row, "kind") == "ExecutorDeployment");
    CHECK(text(row, "name") == "web");
    CHECK(text(row, "phase") == "Pending");
    CHECK(text(row, "runtime") == "local");
    CHECK(text(row, "created") == "1970-01-01T01:00:00.000Z");
    CHECK(*row.find("generation") == Value{2});
    CHECK(row.find("replicas")->is_null());
    CHECK(row.find("origin") == nullptr);
    CHECK(row.find("failed") == nullptr);
    CHECK_FALSE(part<bool>(row, "has_failed"));
}

TEST_CASE("a row shows what the status says, and first why it could not be looked at")
{
    Kept one = with_status(2, "now");
    CHECK(text(summary_of(one), "message") == "one is missing");
    CHECK(*summary_of(one).find("ready") == Value{2});
    one.document.deleting = true;
    CHECK(text(summary_of(one), "phase") == "Deleting");
    one.problem = "the engine is away";
    one.document.key.origin = "colony";
    one.document.key.space = "dev";
    const Object row = summary_of(one);
    CHECK(text(row, "message") == "the engine is away");
    CHECK(text(row, "origin") == "colony");
    CHECK(text(row, "space") == "dev");
}

TEST_CASE("a kind without a runtime has none, and a deployment that does not say has the usual one")
{
    Kept note = kept();
    note.document.key.kind = "Note";
    note.document.given.set("kind", "Note");
    note.document.revisions.back().spec = Object{{"text", "hello"}};
    CHECK(text(summary_of(note), "runtime").empty());
    Kept usual = kept();
    usual.document.revisions.back().spec = Object{{"image", "nginx"}};
    CHECK(text(summary_of(usual), "runtime") == "docker");
}

TEST_CASE("a change that was taken back is told with what is in use")
{
    Kept one = kept();
    one.document.revisions.back().failure = "no";
    const Object all = all_of(one);
    CHECK(*all.find("failed") == Value{2});
    CHECK(part<bool>(all, "has_failed"));
    CHECK(*all.find("effective") == Value{1});
    const auto spec = part<Object>(part<Object>(all, "document"), "spec");
    CHECK(*spec.find("replicas") == Value{2});
    const auto revisions = part<Array>(all, "revisions");
    REQUIRE(revisions.size() == 2);
    CHECK(text(*revisions.back().get<Object>(), "made") == "1970-01-01T02:00:00.000Z");
}

TEST_CASE("what was done last is told with its moment")
{
    Kept one = kept();
    reconciling::Done done;
    done.at = WallTime{1h};
    done.what = "started web-0: 1 of 1 is missing";
    one.recent.push_back(done);
    const auto recent = part<Array>(all_of(one), "recent");
    REQUIRE(recent.size() == 1);
    CHECK(*recent.front().get<Object>() ==
          Object{{"at", "1970-01-01T01:00:00.000Z"}, {"what", "started web-0: 1 of 1 is missing"}});
}

TEST_CASE("the print is another one when something is, and not when only somebody has looked")
{
    const auto print = [](const Kept& one) { return text(all_of(one), "print"); };
    CHECK(print(with_status(2, "now")) == print(with_status(2, "later")));
    CHECK(print(with_status(2, "now")) != print(with_status(3, "now")));
    Kept paused = with_status(2, "now");
    paused.document.paused = true;
    CHECK(print(paused) != print(with_status(2, "now")));
    CHECK(print(kept()).size() == 16);
}
