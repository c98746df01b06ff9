#include "core/reconcile/document.hpp"

#include "io/formats/json.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::reconcile;
using namespace std::chrono_literals;

namespace {

const WallTime noon{12h};

Object web(Object spec, Object more = {})
{
    Object metadata{{"name", "web"}};
    for (const Member& member : more)
        metadata.set(member.name, member.value);
    return {{"kind", "Site"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
}

Document first(Object given, const std::string& origin = "")
{
    const auto document = applied(nullptr, std::move(given), origin, noon);
    REQUIRE(document);
    return *document;
}

Document next(const Document& before, Object given)
{
    const auto document = applied(&before, std::move(given), before.key.origin, noon + 1h);
    REQUIRE(document);
    return *document;
}

std::vector<std::int64_t> generations(const Document& document)
{
    std::vector<std::int64_t> all;
    for (const Revision& revision : document.revisions)
        all.push_back(revision.generation);
    return all;
}

Document undo(const Document& document, std::optional<std::int64_t> to = {})
{
    const auto result = undone(document, to, noon + 2h);
    REQUIRE(result);
    return *result;
}

using Generations = std::vector<std::int64_t>;

Revision good(Revision revision)
{
    revision.good = true;
    revision.failure.clear();
    return revision;
}

} // namespace

TEST_CASE("a new document is its first revision")
{
    const Document document = first(web({{"a", 1}}, {{"namespace", "farm"}}));
    CHECK(document.key == Key{"", "farm", "Site", "web"});
    CHECK(document.id.size() == 32);
    CHECK(document.generation() == 1);
    CHECK(document.revisions.back().change == "applied");
    CHECK(document.revisions.back().made == noon);
    CHECK_FALSE(document.revisions.back().good);
    CHECK(document.effective().spec == Object{{"a", 1}});
}

TEST_CASE("another spec is another generation, and only that")
{
    Document document = first(web({{"a", 1}, {"b", Object{{"x", 1}, {"y", Array{Value{2}}}}}}));
    document.paused = true;
    document.forced = 4;
    const Document same = next(document, web({{"b", Object{{"y", Array{Value{2.0}}}, {"x", 1}}}, {"a", 1.0}},
                                             {{"labels", Object{{"tier", "front"}}}}));
    CHECK(same.generation() == 1);
    CHECK(part<Object>(same.given, "metadata").find("labels") != nullptr);
    const Document other = next(same, web({{"a", 2}}));
    CHECK(generations(other) == Generations{1, 2});
    CHECK(other.paused);
    CHECK(other.forced == 4);
    CHECK(other.id == document.id);
    for (const Object& spec : {Object{{"a", 2}, {"b", 1}}, Object{{"b", 2}}, Object{{"a", "2"}}, Object{{"a", 2.5}}})
        CHECK(next(other, web(spec)).generation() == 3);
}

TEST_CASE("a document without a spec has an empty one, one with another thing is refused")
{
    CHECK(first({{"kind", "Site"}, {"metadata", Object{{"name", "a"}}}}).effective().spec.empty());
    Object given = web({});
    given.set("spec", "x");
    const auto refused = applied(nullptr, given, "", noon);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == "spec: must be an object, not text");
    CHECK(part<std::string>(refused.error().details, "field") == "spec");
}

TEST_CASE("one that is being deleted takes nothing more")
{
    Document document = first(web({}));
    document.deleting = true;
    const auto refused = applied(&document, web({{"a", 1}}), "", noon);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::refused);
    CHECK(refused.error().message == "Site/web is being deleted: wait until it is gone");
    CHECK(undone(document, {}, noon).error().code == Errc::refused);
}

TEST_CASE("a server's generation counts, an own document's is counted here")
{
    CHECK(first(web({}, {{"generation", 9}})).generation() == 1);
    const Document served = first(web({{"a", 1}}, {{"generation", 9}}), "colony");
    CHECK(served.generation() == 9);
    CHECK(next(served, web({{"a", 2}}, {{"generation", 12}})).generation() == 12);
    CHECK(next(served, web({{"a", 2}}, {{"generation", 3}})).generation() == 10);
    Document failed = served;
    failed.revisions.back().failure = "no";
    CHECK(next(failed, web({{"a", 1}}, {{"generation", 9}})).has_failed());
    const Document asked_again = next(failed, web({{"a", 1}}, {{"generation", 10}}));
    CHECK(generations(asked_again) == Generations{10});
    CHECK_FALSE(asked_again.has_failed());
}

TEST_CASE("an id that the document says is its id")
{
    CHECK(first(web({}, {{"uid", "abc-1"}})).id == "abc-1");
    Object blueprint = web({});
    blueprint.set("blueprintid", "def-2");
    const Document document = first(blueprint, "colony");
    CHECK(document.id == "def-2");
    CHECK(next(document, web({})).id == "def-2");
}

TEST_CASE("so many revisions are kept, and the last good one always")
{
    Document document = first(web({{"a", 0}}));
    document.revisions.back().good = true;
    for (int i = 1; i < 30; ++i)
        document = next(document, web({{"a", i}}));
    CHECK(generations(document) == Generations{1, 22, 23, 24, 25, 26, 27, 28, 29, 30});
    document.revisions[4].good = true;
    document = next(document, web({{"a", 30}}));
    CHECK(generations(document) == Generations{22, 23, 24, 25, 26, 27, 28, 29, 30, 31});
}

TEST_CASE("where the change has failed, the last good revision stands")
{
    Document document = first(web({{"a", 1}}));
    document.revisions.back().failure = "no";
    CHECK(document.effective().generation == 1); // there is no better one
    document.revisions.back() = good(document.revisions.back());
    document = next(document, web({{"a", 2}}));
    document.revisions.back().good = true; // for a moment
    document.revisions.back().failure = "no";
    document = next(document, web({{"a", 3}}));
    CHECK(document.effective().generation == 3);
    document.revisions.back().failure = "no";
    CHECK(document.effective().generation == 1);
}

TEST_CASE("the same once more is another try of what has failed")
{
    Document document = first(web({{"a", 1}}));
    document.revisions.back().failure = "no";
    CHECK(document.has_failed());
    const Document again = next(document, web({{"a", 1}}));
    CHECK(generations(again) == Generations{1});
    CHECK_FALSE(again.has_failed());
}

TEST_CASE("an earlier revision comes back as the newest")
{
    Document document = first(web({{"a", 1}}));
    document = next(next(document, web({{"a", 2}})), web({{"a", 3}}));
    document.revisions.back().failure = "no";
    const Document before = undo(document);
    CHECK(generations(before) == Generations{1, 2, 3, 4});
    CHECK(before.effective().spec == Object{{"a", 2}});
    CHECK(before.revisions.back().change == "undone to 2");
    CHECK(part<Object>(before.given, "spec") == Object{{"a", 2}});
    CHECK_FALSE(before.has_failed());
    CHECK(undo(document, 1).effective().spec == Object{{"a", 1}});
    const auto missing = undone(document, 7, noon);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == Errc::not_found);
    CHECK(missing.error().message == "Site/web has no revision 7, only 1, 2 and 3");
    const auto none = undone(first(web({})), {}, noon);
    REQUIRE_FALSE(none);
    CHECK(none.error().message == "Site/web has no other form that has not failed; there is 1");
}

TEST_CASE("by default no form that has failed comes back, and none that is there already")
{
    Document document = first(web({{"a", 1}}));
    document = next(document, web({{"a", 2}}));
    document.revisions.back().failure = "no";
    document = undo(document);
    CHECK(document.effective().spec == Object{{"a", 1}});
    const auto none = undone(document, {}, noon); // only the one that has failed is another
    REQUIRE_FALSE(none);
    CHECK(none.error().code == Errc::not_found);
    document = next(document, web({{"a", 3}}));
    document = undo(document);
    CHECK(document.effective().spec == Object{{"a", 1}});
    CHECK(undo(document).effective().spec == Object{{"a", 3}});
}

TEST_CASE("reconcilers read the effective spec, the generation and the id, and no old status")
{
    Object given = web({{"a", 1}});
    given.set("status", Object{{"phase", "Old"}});
    Document document = first(given);
    document.revisions.back().good = true;
    document = next(document, web({{"a", 2}}));
    document.revisions.back().failure = "no";
    const Object effective = effective_document(document);
    CHECK(part<Object>(effective, "spec") == Object{{"a", 1}});
    CHECK(part<Object>(effective, "metadata") == Object{{"name", "web"}, {"generation", 1}, {"uid", document.id}});
    CHECK(effective.find("status") == nullptr);
}

TEST_CASE("a document comes back as it was kept")
{
    Document document = first(web({{"a", 1}, {"list", Array{Value{1}, Value{Object{}}}}}), "colony");
    document.revisions.back().good = true;
    document = next(document, web({{"a", 2}}));
    document.paused = true;
    document.deleting = true;
    document.forced = 3;
    document.revisions.back().failure = "no";
    document.status = {{"phase", "Running"}};
    const auto text = parse_json(to_json(to_data(document)));
    REQUIRE(text);
    const auto back = document_from_data(*text->get<Object>());
    REQUIRE(back);
    CHECK(to_json(to_data(*back)) == to_json(to_data(document)));
    CHECK(back->key == document.key);
    CHECK(back->revisions.back().failure == "no");
    CHECK(back->revisions.front().good);
    CHECK(back->revisions.front().made == noon);
    CHECK(back->revisions.back().made == noon + 1h);
    CHECK_FALSE(document_from_data({}));
    Object broken = *text->get<Object>();
    broken.set("revisions", Array{});
    CHECK_FALSE(document_from_data(broken));
}
