#include "primitives/kept_places.hpp"

#include "strand.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace forager;
using namespace forager::test;

namespace {

class Places final : public KeptPlaces {
public:
    bool left(const Keep& keep, std::string id)
    {
        Entry entry;
        entry.id = std::move(id);
        entry.root = keep.root;
        entry.invocation = keep.invocation;
        entry.part = keep.part;
        return take_up(name_of(keep), std::move(entry));
    }

    std::string at(const Keep& keep) const
    {
        const Entry* entry = find(name_of(keep));
        return entry == nullptr ? "nothing" : entry->id;
    }

    void end_all(KeptOf whose) { strand.run(end(std::move(whose))); }

    Strand strand;
    std::vector<std::string> removed;

private:
    boost::asio::awaitable<void> remove(std::string id) override
    {
        removed.push_back(std::move(id));
        co_return;
    }
};

Keep keep(std::string part, std::string place = "1")
{
    Keep keep;
    keep.root = "root";
    keep.invocation = "call";
    keep.part = std::move(part);
    keep.place = std::move(place);
    return keep;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("a result stays until its step is recorded, and one outside of steps does not")
{
    Places places;
    places.begin(keep("step"), "print", "a");
    places.begin(keep("", "2"), "print", "b");
    CHECK(places.stays(keep("step"), false, true));
    CHECK_FALSE(places.stays(keep("", "2"), false, true));
    CHECK(places.at(keep("", "2")) == "nothing");
    places.end_all({"root", "call", "step"});
    CHECK(places.removed == Texts{"a"});
    CHECK(places.roots().empty());
}

TEST_CASE("what failed does not stay, and what is cancelled stays when the agent leaves")
{
    Places places;
    places.begin(keep("step"), "print", "a");
    CHECK_FALSE(places.stays(keep("step"), false, false));
    places.begin(keep("step"), "print", "b");
    CHECK_FALSE(places.stays(keep("step"), true, false));
    places.begin(keep("step"), "print", "c");
    places.leave();
    CHECK(places.stays(keep("step"), true, false));
    places.end_all({"root", "call", "", true});
    CHECK(places.at(keep("step")) == "c");
}

TEST_CASE("what runs in a step is left to who waits for it")
{
    Places places;
    places.begin(keep("step"), "print", "a");
    CHECK_FALSE(places.holds({"root", "call", "step"}));
    CHECK(places.holds({"root"}));
    places.end_all({"root", "call", "step"});
    CHECK(places.removed.empty());
    places.end_all({"root"});
    CHECK(places.removed == Texts{"a"});
}

TEST_CASE("a place has one that was left, however often it is found")
{
    Places places;
    CHECK(places.left(keep("step"), "a"));
    CHECK(places.left(keep("step"), "a"));
    CHECK_FALSE(places.left(keep("step"), "b"));
    CHECK(places.at(keep("step")) == "a");
    CHECK(places.roots() == std::set<std::string>{"root"});
}
