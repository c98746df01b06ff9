#include "cli/waiting.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::cli;

namespace {

Failure away()
{
    Failure failure{Errc::not_found, "no agent answers"};
    failure.details.append("agent", "absent");
    return failure;
}

bool says(const Failure& failure, std::string_view words)
{
    return failure.message.find(words) != std::string::npos;
}

} // namespace

TEST_CASE("accepted work is named, and what becomes of it, when the waiting ends early")
{
    AcceptedWork work;
    work.accept("7af");
    const Failure stopped = work.told({Errc::cancelled, "ended by Interrupt"});
    CHECK(says(stopped, "ended by Interrupt: the work goes on as 7af"));
    CHECK(says(stopped, "forager show 7af"));
    CHECK(says(stopped, "forager cancel 7af"));
    const Failure lost = work.told(away());
    CHECK(says(lost, "no agent answers; the work is safe: it was accepted as 7af"));
    CHECK(lost.code == Errc::not_found);
    CHECK(says(work.told({Errc::not_found, "it is not kept any more"}), "(the work was accepted as 7af)"));
}

TEST_CASE("what may have been accepted is not called accepted")
{
    const AcceptedWork work;
    CHECK(says(work.told({Errc::cancelled, "ended by Interrupt"}), "'forager ps' tells"));
    CHECK(work.told({Errc::limit, "the queue is full"}).message == "the queue is full");
    CHECK(work.told(away()).message == "no agent answers");
}

TEST_CASE("lines are taken out of an answer, with the number of the last one")
{
    const Array lines{Object{{"number", 3}, {"text", "a"}}, Object{{"number", 4}, {"text", "b"}}};
    const auto some = lines_in(Object{{"lines", lines}}, 2);
    CHECK(some.first.size() == 2);
    CHECK(some.second == 4);
    CHECK(lines_in(Object{{"lines", Array{}}}, 2).second == 2);
    CHECK(lines_in(Value{}, 2).second == 2);
}
