#include "sources/colony/server_state.hpp"

#include "clients/colonies/refusal.hpp"
#include "virtual_clock.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace forager;
using namespace forager::colony;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

Failure refused(std::int64_t status, const std::string& message)
{
    return colonies::refused_by_server("closesuccessfulmsg", status, message);
}

const Failure nobody{Errc::unreachable, "nobody there"};

} // namespace

TEST_CASE("what the server says is an answer, also a refusal; its silence and its database's absence are none")
{
    CHECK(is_away(nobody));
    CHECK(is_away({Errc::timed_out, "too late"}));
    CHECK(is_away({Errc::refused, "nobody trusts this certificate"}));
    CHECK(is_away(refused(503, "")));
    CHECK(is_away(refused(500, "pq: sorry, too many clients already")));
    CHECK(is_away(colonies::nonsense_from_server("x", 200, "is empty")));
    CHECK_FALSE(is_away(refused(403, "Access denied, not a member of Colony with name c")));
    CHECK_FALSE(is_away(refused(500, "whatever")));
    CHECK_FALSE(is_away({Errc::bad_arguments, "no such name"}));
    CHECK_FALSE(is_away({Errc::limit, "too large"}));
}

TEST_CASE("one line says that the server is gone, and one that it is back")
{
    boost::asio::io_context io{1};
    VirtualClock clock;
    std::vector<std::string> lines;
    const auto write = [&lines](std::string_view text) { lines.emplace_back(text); };
    ServerState state{clock, "host:1", {write, write}};
    state.answered();
    CHECK(lines.empty());
    state.heard(nobody);
    state.heard(nobody);
    CHECK(state.away());
    CHECK(lines ==
          std::vector<std::string>{"the colony server host:1 does not answer: nobody there; it is tried again"});
    clock.run_for(io, 5s);
    CHECK(state.since() == TimePoint{});
    state.heard(refused(500, "whatever"));
    CHECK_FALSE(state.away());
    CHECK(lines.back() == "the colony server host:1 answers again after 5 s");
    CHECK(state.since() == TimePoint{5s});
}

TEST_CASE("of a server that comes and goes, a line in a minute is enough; one that stays away is told of")
{
    boost::asio::io_context io{1};
    VirtualClock clock;
    std::vector<std::string> lines;
    const auto write = [&lines](std::string_view text) { lines.emplace_back(text); };
    ServerState state{clock, "host:1", {write, write}};
    for (int i = 0; i < 12; ++i) {
        state.heard(nobody);
        CHECK(state.away());
        state.answered();
        clock.run_for(io, 5s);
    }
    CHECK(lines.size() == 2);
    state.heard(nobody);
    CHECK(lines.size() == 3);
    state.answered();
    clock.run_for(io, 5s);
    state.heard(nobody);
    clock.run_for(io, 56s);
    CHECK(lines.size() == 4);
    state.heard(nobody);
    REQUIRE(lines.size() == 5);
    state.answered();
    CHECK(lines.back() == "the colony server host:1 answers again after 56 s");
}

TEST_CASE("who speaks TLS to a server that has none is told what to set")
{
    VirtualClock clock;
    std::vector<std::string> lines;
    const auto write = [&lines](std::string_view text) { lines.emplace_back(text); };
    ServerState state{clock, "host:1", {write, write}};
    state.heard({Errc::refused, "the TLS handshake with host:1 failed: wrong version number"});
    CHECK(lines.at(0).find("needs tls = false") != std::string::npos);
}
