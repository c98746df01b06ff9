#include "store/document_table.hpp"

#include "store/memory.hpp"
#include "store_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
using reconcile::Document;

namespace {

Document document(const std::string& name, const std::string& note = "", const std::string& origin = "")
{
    reconcile::Revision revision;
    revision.generation = 3;
    revision.spec = Object{{"replicas", 2}, {"note", note}};
    revision.made = WallTime{1h};
    revision.change = "applied";
    Document document;
    document.key = {origin, "", "ExecutorDeployment", name};
    document.id = "00112233445566778899aabbccddeeff";
    document.given =
        Object{{"kind", "ExecutorDeployment"}, {"metadata", Object{{"name", name}}}, {"spec", revision.spec}};
    document.revisions.push_back(std::move(revision));
    document.status = Object{{"phase", "Running"}};
    return document;
}

std::vector<std::string> names(const std::vector<Document>& documents)
{
    std::vector<std::string> list;
    for (const Document& document : documents)
        list.push_back(document.key.origin + document.key.name);
    return list;
}

} // namespace

TEST_CASE("documents outlive a restart")
{
    StoreWorld world;
    REQUIRE(world.open());
    store::DocumentTable& table = world.store->documents();
    REQUIRE(world.run(table.keep(document("web"))));
    REQUIRE(world.run(table.keep(document("web", "of the colony", "colony"))));
    REQUIRE(world.run(table.keep(document("db", "first"))));
    table.keep_soon(document("db", "second"));
    REQUIRE(world.run(table.keep(document("gone"))));
    REQUIRE(world.run(table.forget(document("gone").key)));
    REQUIRE(world.run(table.forget(document("never there").key)));
    REQUIRE(world.reopen());
    const auto kept = world.run(world.store->documents().all());
    REQUIRE(kept);
    REQUIRE(names(*kept) == std::vector<std::string>{"db", "web", "colonyweb"});
    CHECK(to_data((*kept)[0]) == to_data(document("db", "second")));
    CHECK(to_data((*kept)[2]) == to_data(document("web", "of the colony", "colony")));
}

TEST_CASE("a row that nobody can read is left out")
{
    StoreWorld world;
    REQUIRE(world.open());
    REQUIRE(world.run(world.store->documents().keep(document("web"))));
    REQUIRE(world.run(world.store->writer().run([](store::Connection& database) {
        database.exec("INSERT INTO document VALUES ('', '', 'A', 'broken', '{'), ('', '', 'A', 'other', '[1]')");
    })));
    const auto kept = world.run(world.store->documents().all());
    REQUIRE(kept);
    CHECK(names(*kept) == std::vector<std::string>{"web"});
}

TEST_CASE("a document that is too long is refused, and the one before stays")
{
    StoreWorld world;
    REQUIRE(world.open());
    store::DocumentTable& table = world.store->documents();
    const std::string much(store::DocumentTable::longest_document, 'x');
    REQUIRE(world.run(table.keep(document("web", "short"))));
    const auto refused = world.run(table.keep(document("web", much)));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Errc::limit);
    CHECK(refused.error().message.ends_with(" with its revisions; the most that is kept is 1 MB"));
    table.keep_soon(document("web", much));
    const auto kept = world.run(table.all());
    REQUIRE(kept);
    REQUIRE(kept->size() == 1);
    CHECK(to_data(kept->front()) == to_data(document("web", "short")));
}

TEST_CASE("one document too many is refused, and those that are there still change")
{
    StoreWorld world;
    REQUIRE(world.open());
    store::DocumentTable& table = world.store->documents();
    REQUIRE(world.run(world.store->writer().run([](store::Connection& database) {
        database.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) "
                      "INSERT INTO document SELECT '', '', 'A', 'n' || i, '{}' FROM n");
    })));
    REQUIRE(world.run(table.keep(document("web", "first"))));
    const auto refused = world.run(table.keep(document("db")));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Errc::limit);
    table.keep_soon(document("db"));
    REQUIRE(world.run(table.keep(document("web", "second"))));
    const auto kept = world.run(table.all());
    REQUIRE(kept);
    REQUIRE(names(*kept) == std::vector<std::string>{"web"});
    CHECK(to_data(kept->front()) == to_data(document("web", "second")));
}

TEST_CASE("in memory documents are kept alike")
{
    StoreWorld world;
    store::MemoryDocuments memory;
    REQUIRE(world.run(memory.keep(document("web"))));
    memory.keep_soon(document("db"));
    memory.keep_soon(document("web", "second"));
    REQUIRE(world.run(memory.forget(document("db").key)));
    const auto kept = world.run(memory.all());
    REQUIRE(kept);
    REQUIRE(names(*kept) == std::vector<std::string>{"web"});
    CHECK(to_data(kept->front()) == to_data(document("web", "second")));
}
