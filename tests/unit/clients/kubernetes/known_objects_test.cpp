#include "clients/kubernetes/known_objects.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::kubernetes;

namespace {

Object object(const std::string& name, const std::string& version, const std::string& uid = "1")
{
    return {{"metadata", Object{{"namespace", "a"}, {"name", name}, {"resourceVersion", version}, {"uid", uid}}}};
}

// "added web@1, deleted db@2"
std::string text(const std::vector<Change>& changes)
{
    std::string text;
    for (const Change& change : changes)
        text += (text.empty() ? "" : ", ") + std::string{word(change.type)} + " " + name_of(*change.object) + "@" +
                version_of(*change.object);
    return text;
}

} // namespace

TEST_CASE("a list tells what appeared, changed and disappeared meanwhile")
{
    KnownObjects known;
    CHECK(text(known.replace({object("a", "1"), object("b", "1")})) == "added a@1, added b@1");
    CHECK(text(known.replace({object("a", "1"), object("b", "1")})).empty());
    CHECK(text(known.replace({object("b", "5"), object("c", "4")})) == "modified b@5, added c@4, deleted a@1");
}

TEST_CASE("an object that was made anew under its name was deleted and added")
{
    KnownObjects known;
    known.replace({object("a", "1", "first")});
    CHECK(text(known.replace({object("a", "9", "second")})) == "deleted a@1, added a@9");
    CHECK(text(known.heard("MODIFIED", object("a", "12", "third"))) == "deleted a@9, added a@12");
}

TEST_CASE("events that are known already are no change")
{
    KnownObjects known;
    CHECK(text(known.heard("ADDED", object("a", "1"))) == "added a@1");
    CHECK(text(known.heard("ADDED", object("a", "1"))).empty());
    CHECK(text(known.heard("ADDED", object("a", "2"))) == "modified a@2");
    CHECK(text(known.heard("DELETED", object("a", "3"))) == "deleted a@3");
    CHECK(text(known.heard("DELETED", object("a", "3"))).empty());
    known.heard("ADDED", object("a", "7", "second"));
    CHECK(text(known.heard("DELETED", object("a", "6", "first"))).empty()); // the one before
    CHECK(known.objects().size() == 1);
}
