#include "clients/colonies/envelope.hpp"

#include "clients/colonies/refusal.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace forager;
using namespace forager::colonies;

namespace {

std::string reply(std::string_view payload, bool error = false)
{
    return R"({"payloadtype":"anymsg","payload":")" + to_base64(payload) + R"(","error":)" +
           (error ? "true" : "false") + "}";
}

Failure failure_of(int http_status, const std::string& body, std::string_view call = "anymsg")
{
    auto payload = reply_payload(call, http_status, body);
    REQUIRE(payload.has_error());
    return payload.error();
}

std::string refusal_body(int status, const std::string& message)
{
    return reply(to_json(Value{Object{{"status", status}, {"message", message}}}), true);
}

Refusal meaning(int status, const std::string& message, std::string_view call = "anymsg")
{
    return refusal_of(failure_of(status, refusal_body(status, message), call));
}

} // namespace

TEST_CASE("a request carries its name twice, its payload in base64, and a signature over that text")
{
    const auto key = PrivateKey::generate();
    const auto body = request_body("assignprocessmsg", {{"colonyname", "a"}, {"timeout", 1}}, key).value();
    const auto envelope = *parse_json(body)->get<Object>();
    const auto payload = part<std::string>(envelope, "payload");
    CHECK(part<std::string>(envelope, "payloadtype") == "assignprocessmsg");
    CHECK(from_base64(payload).value() == R"({"colonyname":"a","timeout":1,"msgtype":"assignprocessmsg"})");
    CHECK(recover_id(payload, part<std::string>(envelope, "signature")).value() == key.id());
}

TEST_CASE("a request without a key has an empty signature")
{
    const auto body = request_body("versionmsg", {}, std::nullopt).value();
    CHECK(part<std::string>(*parse_json(body)->get<Object>(), "signature").empty());
}

TEST_CASE("what JSON cannot carry is refused with its path")
{
    const Object payload{{"out", Array{1, std::numeric_limits<double>::infinity()}}};
    const auto body = request_body("closesuccessfulmsg", payload, PrivateKey::generate());
    REQUIRE(body.has_error());
    CHECK(body.error().code == Errc::bad_arguments);
    CHECK(body.error().message.find("out[2]") != std::string::npos);
}

TEST_CASE("an id or a name that is no text is refused by its name, and data may be bytes")
{
    const auto body = request_text("getprocessmsg", {{"processid", "a\xFF"}});
    REQUIRE(body.has_error());
    CHECK(body.error().code == Errc::bad_arguments);
    CHECK(body.error().message == "'processid' has bytes that are no UTF-8, and the colony server takes text");
    CHECK(request_text("closesuccessfulmsg", {{"processid", "p"}, {"out", Array{"\xFF"}}}).has_value());
}

TEST_CASE("a reply is its payload, whatever that is")
{
    CHECK(reply_payload("anymsg", 200, reply("{}")).value() == Value{Object{}});
    CHECK(reply_payload("anymsg", 200, reply("null")).value() == Value{});
    CHECK(reply_payload("anymsg", 200, reply("[1]")).value() == Value{Array{1}});
    CHECK(reply_payload("anymsg", 200, reply("")).value() == Value{});
    CHECK(reply_payload("anymsg", 200, "\n" + reply("{\n  \"a\": 1\n}") + "\n").value() == Value{Object{{"a", 1}}});
}

TEST_CASE("integers of 64 bits come as they are")
{
    CHECK(reply_payload("anymsg", 200, reply("1795415061628299067")).value() ==
          Value{std::int64_t{1795415061628299067}});
}

TEST_CASE("a refusal is one whatever the HTTP status says")
{
    for (const int http_status : {200, 403}) {
        const auto failure = failure_of(http_status, refusal_body(403, "Access denied, not a member of Colony"));
        CHECK(failure.code == Errc::refused);
        CHECK(failure.message == "the colony server refused anymsg: Access denied, not a member of Colony; either the "
                                 "key is unknown there, or it waits for the owner's approval, or it was removed");
        CHECK(part<std::int64_t>(failure.details, "status") == 403);
        CHECK(refusal_of(failure) == Refusal::not_member);
    }
}

TEST_CASE("where there is no such colony, nothing is said of keys")
{
    const auto failure = failure_of(403, refusal_body(403, "Colony with name <nowhere> does not exists"));
    CHECK(failure.message == "the colony server refused anymsg: Colony with name <nowhere> does not exists");
    CHECK(refusal_of(failure) == Refusal::not_member);
    CHECK(is_no_colony(failure));
    CHECK_FALSE(is_no_colony(failure_of(403, refusal_body(403, "Access denied, not a member of Colony"))));
}

TEST_CASE("of two replies in one body the first one counts")
{
    const std::string first = refusal_body(400, "pq: LIMIT must not be negative");
    const auto failure = failure_of(400, first + refusal_body(500, "something else"));
    CHECK(part<std::int64_t>(failure.details, "status") == 400);
    CHECK(reply_payload("anymsg", 200, reply("1") + first).value() == Value{1});
}

TEST_CASE("an empty body is a refusal where the server has that habit, else nonsense")
{
    for (const auto* call : {"getprocesshistmsg", "getcolonystatsmsg"})
        CHECK(refusal_of(failure_of(200, "", call)) == Refusal::not_member);
    CHECK(refusal_of(failure_of(200, "")) == Refusal::nonsense);
    CHECK(refusal_of(failure_of(500, "")) == Refusal::nonsense);
    CHECK(failure_of(500, "").message == "the colony server's answer to anymsg is empty (HTTP status 500)");
}

TEST_CASE("nonsense is named, and nothing of an envelope is shown")
{
    const auto html = failure_of(404, "<html>no such page\x1b[31m</html>");
    CHECK(html.message == "the colony server's answer to anymsg is no JSON; it begins with '<html>no such "
                          "page?[31m</html>' (HTTP status 404)");
    CHECK(refusal_of(html) == Refusal::nonsense);
    const std::string whole = reply("{}");
    for (std::size_t length = 1; length < whole.size(); ++length) {
        const auto cut = failure_of(200, whole.substr(0, length));
        CHECK(refusal_of(cut) == Refusal::nonsense);
        CHECK(cut.message.find("payload\"") == std::string::npos);
    }
    for (const auto* body : {"[]", "null", "1", "{}", R"({"payload":1})", R"({"payload":"*"})", R"({"payload":"e30"})",
                             R"({"payload":"eyI=","error":false})", R"({"payload":"MQ==","error":true})"})
        CHECK(refusal_of(failure_of(200, body)) == Refusal::nonsense);
    CHECK(refusal_of(failure_of(502, "<html>Bad Gateway</html>")) == Refusal::overloaded);
}

TEST_CASE("a reply to another call is nonsense, but for the two that the server calls otherwise")
{
    const auto called = [](const std::string& name) {
        return R"({"payloadtype":")" + name + R"(","payload":"e30=","error":false})";
    };
    for (const auto* name : {"x", "", "anymsg ", "closefailedmsg"})
        CHECK(refusal_of(failure_of(200, called(name))) == Refusal::nonsense);
    CHECK(failure_of(200, called("x")).message ==
          "the colony server's answer to anymsg is to something else (HTTP status 200)");
    CHECK(refusal_of(failure_of(200, R"({"payload":"e30=","error":false})")) == Refusal::nonsense);
    CHECK(reply_payload("getpausestatusmsg", 200, called("pausestatusreplymsg")).has_value());
    CHECK(reply_payload("subscribeprocessesmsg", 0, called("subscribeprocessmsg")).has_value());
    CHECK(meaning(200, "an error needs no name") == Refusal::other);
}

TEST_CASE("an error without a status that is a number and a message that is text is nonsense")
{
    for (const auto* payload : {R"({"status":"x","message":7})", R"({"status":500})", R"({"message":"x"})", "{}",
                                R"({"status":500,"message":null})", "null", "[1]"})
        CHECK(refusal_of(failure_of(200, reply(payload, true))) == Refusal::nonsense);
}

TEST_CASE("a reply may be nested deeply, but not without end")
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(reply_payload("anymsg", 200, reply(nested(reply_nesting))).has_value());
    CHECK(refusal_of(failure_of(200, reply(nested(100'000)))) == Refusal::nonsense);
}

TEST_CASE("a refusal's sentence is bounded, and clean for a terminal")
{
    const auto failure = failure_of(400, refusal_body(400, "\x1b]0;a\a" + std::string(1'000'000, 'x')));
    CHECK(failure.message.size() < 1200);
    CHECK(failure.message.find('\x1b') == std::string::npos);
}

TEST_CASE("callers can tell refusals apart")
{
    CHECK(meaning(404, "No process available for assignment", "assignprocessmsg") == Refusal::nothing_to_do);
    CHECK(meaning(408, "Assignment timeout: colony assignments are paused", "assignprocessmsg") == Refusal::paused);
    CHECK(meaning(503, "No processes available: colony assignments are paused", "assignprocessmsg") == Refusal::paused);
    CHECK(meaning(500, "Failed to assign process, executor not found", "assignprocessmsg") == Refusal::not_member);
    CHECK(meaning(403, "Access denied, not a member of Colony with name <C>") == Refusal::not_member);
    CHECK(meaning(403, "Colony with name <C> does not exists") == Refusal::not_member);
    CHECK(meaning(403, "Access denied, not colony owner") == Refusal::not_owner);
    CHECK(meaning(403, "Failed to close process as failed, process is not assigned") == Refusal::not_assigned);
    CHECK(meaning(403, "Failed to close process as successful, not allowed to close process as successful") ==
          Refusal::someone_elses);
    CHECK(meaning(403, "Failed to set output, process is not running") == Refusal::not_running);
    CHECK(meaning(403, "Not authorized to write to channel") == Refusal::someone_elses);
    CHECK(meaning(400, "Executor with name <E> in Colony <C> already exists") == Refusal::already_exists);
    CHECK(meaning(500, "pq: duplicate key value violates unique constraint") == Refusal::already_exists);
    CHECK(meaning(404, "Failed to get process, process not found") == Refusal::not_found);
    CHECK(meaning(500, "Failed to get executor, executor is nil") == Refusal::not_found);
    CHECK(meaning(500, "rate limit exceeded") == Refusal::overloaded);
    CHECK(meaning(408, "Request Timeout") == Refusal::overloaded);
    CHECK(refusal_of(failure_of(408, "<html>Request Timeout</html>")) == Refusal::overloaded);
    CHECK(meaning(403, "pq: sorry, too many clients already") == Refusal::overloaded);
    for (const int status : {400, 403})
        for (const auto* message : {"dial unix /run/.s.PGSQL.5432: connect: no such file or directory",
                                    "read unix @->/run/.s.PGSQL.5432: read: connection reset by peer",
                                    "pq: the database system is starting up"})
            CHECK(meaning(status, message) == Refusal::overloaded);
    CHECK(meaning(400, "Failed to add executor, invalid JSON") == Refusal::other);
    CHECK(meaning(403, "invalid rpcMsg.PayloadType: anymsg") == Refusal::other);
    CHECK(refusal_of(Failure{Errc::timed_out, "too late"}) == Refusal::none);
}

TEST_CASE("a refused close says in which state the process is")
{
    const std::string message = "Tried to set cancelled process as failed";
    const auto failure = failure_of(400, refusal_body(400, message));
    CHECK(refusal_of(failure) == Refusal::already_closed);
    CHECK(closed_as(failure) == ProcessState::cancelled);
    CHECK_FALSE(failure.retry);
    CHECK_FALSE(closed_as(failure_of(400, refusal_body(400, "anything"))));
}
