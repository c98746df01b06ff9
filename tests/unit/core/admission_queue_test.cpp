#include "core/admission_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace forager;

namespace {

WallTime at(int seconds)
{
    return WallTime{std::chrono::seconds{seconds}};
}

QueueEntry entry(const std::string& id, std::int64_t number, int priority = 0, std::string key = {},
                 std::optional<WallTime> not_before = {})
{
    QueueEntry entry;
    entry.id = id;
    entry.number = number;
    entry.priority = priority;
    entry.order_key = std::move(key);
    entry.not_before = not_before;
    return entry;
}

std::string take(AdmissionQueue& queue, WallTime now = at(0))
{
    const auto taken = queue.take(now);
    return taken ? taken->id : "";
}

} // namespace

TEST_CASE("the first accepted goes first, but higher priorities before all others")
{
    AdmissionQueue queue;
    queue.add(entry("b", 2));
    queue.add(entry("a", 1));
    queue.add(entry("urgent", 3, 5));
    CHECK(queue.waiting() == 3);
    CHECK(take(queue) == "urgent");
    CHECK(take(queue) == "a");
    CHECK(take(queue) == "b");
    CHECK(take(queue).empty());
    CHECK(queue.out() == 3);
}

TEST_CASE("of one order key one is out at a time, in the order of acceptance, others are not held up")
{
    AdmissionQueue queue;
    queue.add(entry("k1", 1, 0, "k"));
    queue.add(entry("k2", 2, 9, "k"));
    queue.add(entry("free", 3));
    CHECK(take(queue) == "k1");
    CHECK(take(queue) == "free");
    CHECK(take(queue).empty());
    queue.done("k1");
    CHECK(take(queue) == "k2");
}

TEST_CASE("what is not due yet waits, and says until when")
{
    AdmissionQueue queue;
    queue.add(entry("later", 1, 0, "", at(10)));
    queue.add(entry("now", 2));
    CHECK(queue.next_due() == at(10));
    CHECK(take(queue, at(9)) == "now");
    CHECK(take(queue, at(9)).empty());
    CHECK(take(queue, at(10)) == "later");
    CHECK_FALSE(queue.next_due());
}

TEST_CASE("what waits can be taken out, wherever it waits, and the next of its key may go")
{
    AdmissionQueue queue;
    queue.add(entry("head", 1, 0, "k"));
    queue.add(entry("behind", 2, 0, "k"));
    queue.add(entry("later", 3, 0, "", at(10)));
    CHECK(queue.take_out("head"));
    CHECK(queue.take_out("later"));
    CHECK_FALSE(queue.take_out("later"));
    CHECK(take(queue, at(20)).empty()); // what goes out has not ended
    queue.done("later");
    queue.done("head");
    CHECK(take(queue, at(20)) == "behind");
    CHECK_FALSE(queue.take_out("behind"));
    CHECK(queue.waiting() == 0);
}

TEST_CASE("what was taken out and does not end is put back, and nothing of its key has overtaken it")
{
    AdmissionQueue queue;
    queue.add(entry("a", 1, 0, "k"));
    queue.add(entry("b", 2, 0, "k"));
    queue.add(entry("c", 3, 0, "k"));
    CHECK(queue.take_out("a"));
    CHECK(queue.take_out("b"));
    queue.done("b");
    CHECK(take(queue).empty());
    queue.put_back("a");
    CHECK(take(queue) == "a");
    queue.done("a");
    CHECK(take(queue) == "c");
}

TEST_CASE("who waits for room of its function holds up no other, and the higher priority gets it first")
{
    AdmissionQueue queue;
    for (int priority : {1, 2, 3}) {
        QueueEntry full = entry("full " + std::to_string(priority), priority, priority);
        full.function = "full";
        queue.add(std::move(full));
    }
    QueueEntry other = entry("other", 4);
    other.function = "other";
    queue.add(std::move(other));
    const auto has_room = [](const std::string& function) { return function != "full"; };
    CHECK(queue.take(at(0), has_room)->id == "other");
    CHECK_FALSE(queue.has_ready(at(0), has_room));
    CHECK_FALSE(queue.take(at(0), has_room));
    CHECK(queue.waiting() == 3);
    CHECK(take(queue) == "full 3");
    CHECK(take(queue) == "full 2");
}

TEST_CASE("who overlaps begins when those before it have begun, and those after it wait for its end")
{
    AdmissionQueue queue;
    const auto overlapping = [](const std::string& id, std::int64_t number) {
        QueueEntry one = entry(id, number, 0, "k");
        one.overlaps = true;
        return one;
    };
    queue.add(entry("run", 1, 0, "k"));
    queue.add(overlapping("stop", 2));
    queue.add(overlapping("again", 3));
    queue.add(entry("next", 4, 0, "k"));
    CHECK(take(queue) == "run");
    CHECK(take(queue) == "stop");
    CHECK(take(queue).empty());
    queue.done("run");
    CHECK(take(queue).empty());
    CHECK(queue.holder_of("k") == "stop");
    queue.done("stop");
    CHECK(take(queue) == "again");
    CHECK(take(queue).empty());
    queue.done("again");
    CHECK(take(queue) == "next");
}

TEST_CASE("who overlaps does not overtake what waits")
{
    AdmissionQueue queue;
    queue.add(entry("a", 1, 0, "k"));
    CHECK(take(queue) == "a");
    queue.add(entry("b", 2, 0, "k"));
    QueueEntry stop = entry("stop", 3, 0, "k");
    stop.overlaps = true;
    queue.add(stop);
    CHECK(take(queue).empty());
    queue.done("a");
    CHECK(take(queue) == "b");
    CHECK(take(queue) == "stop");
    queue.put_back("b");
    CHECK(take(queue).empty());
    queue.done("stop");
    CHECK(take(queue) == "b");
}

TEST_CASE("it says who holds an order key")
{
    AdmissionQueue queue;
    CHECK(queue.holder_of("k").empty());
    queue.add(entry("a", 1, 0, "k"));
    queue.add(entry("b", 2, 0, "k"));
    CHECK(queue.holder_of("k") == "a");
    CHECK(take(queue) == "a");
    CHECK(queue.holder_of("k") == "a");
    queue.done("a");
    CHECK(queue.holder_of("k") == "b");
}

TEST_CASE("of one order key, what is not due yet is in nobody's way, and goes first when it is")
{
    AdmissionQueue queue;
    queue.add(entry("delayed", 1, 0, "k", at(10)));
    queue.add(entry("second", 2, 0, "k"));
    queue.add(entry("third", 3, 0, "k"));
    CHECK(take(queue, at(0)) == "second");
    CHECK_FALSE(queue.has_ready(at(10)));
    queue.done("second");
    CHECK(take(queue, at(10)) == "delayed");
}

TEST_CASE("what is put back waits at its old place")
{
    AdmissionQueue queue;
    queue.add(entry("a", 1, 0, "k"));
    queue.add(entry("b", 2, 0, "k"));
    CHECK(take(queue) == "a");
    queue.put_back("a");
    CHECK_FALSE(queue.is_out("a"));
    CHECK(take(queue) == "a");
}

TEST_CASE("random use: everything comes out once, keys one at a time and in order")
{
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937 random{seed};
        AdmissionQueue queue;
        std::map<std::string, std::int64_t> last;
        std::map<std::string, std::string> out; // key → id
        std::vector<QueueEntry> running;
        std::size_t taken = 0;
        std::int64_t number = 0;
        for (int turn = 0; turn < 300 || queue.waiting() > 0 || !running.empty(); ++turn) {
            if (turn < 300 && random() % 2 == 0) {
                const std::string key = random() % 3 == 0 ? "" : std::string(1, static_cast<char>('a' + random() % 3));
                ++number;
                queue.add(entry(std::to_string(number), number, static_cast<int>(random() % 3), key));
            } else if (auto one = random() % 2 == 0 ? queue.take(at(0)) : std::nullopt) {
                ++taken;
                if (!one->order_key.empty()) {
                    REQUIRE(out.emplace(one->order_key, one->id).second);
                    REQUIRE(last[one->order_key] < one->number);
                    last[one->order_key] = one->number;
                }
                running.push_back(*one);
            } else if (!running.empty()) {
                queue.done(running.back().id);
                out.erase(running.back().order_key);
                running.pop_back();
            }
        }
        CHECK(taken == static_cast<std::size_t>(number));
        CHECK(queue.out() == 0);
    }
}
