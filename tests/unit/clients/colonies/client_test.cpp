#include "colony_world.hpp"

#include "clients/colonies/calls/channels.hpp"
#include "clients/colonies/calls/colonies.hpp"
#include "clients/colonies/calls/executors.hpp"
#include "clients/colonies/calls/logs.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/calls/schedules.hpp"
#include "clients/colonies/calls/server.hpp"
#include "clients/colonies/calls/workflows.hpp"
#include "clients/colonies/refusal.hpp"
#include "http_world.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::colonies;
using namespace forager::test;
using namespace std::chrono_literals;
using Then = Reply::Then;

namespace {

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

// What one call sent, whatever came back.
template <class Call> Heard sent_by(Call call)
{
    ColonyWorld world{reply_of("{}")};
    (void)world.run(call(world.caller()));
    const Heard sent = world.last();
    CHECK(part<std::string>(sent.payload, "msgtype") == sent.call);
    CHECK(sent.signer == world.key.id());
    return sent;
}

AssignRequest some_assign()
{
    AssignRequest request;
    request.colony = "c";
    return request;
}

} // namespace

TEST_CASE("a call goes to /api, signed, and gives the record that comes back")
{
    ColonyWorld world{reply_of(R"({"processid":"p1","state":0,"spec":{"funcname":"echo"}})")};
    FunctionSpec spec;
    spec.function = "echo";
    const auto process = world.run(submit(world.caller(), spec)).value();
    CHECK(process.id == "p1");
    CHECK(process.spec.function == "echo");
    CHECK(world.peer.requests().back().starts_with("POST /api HTTP/1.1\r\n"));
    CHECK(world.last().call == "submitfuncspecmsg");
    CHECK(world.last().signer == world.key.id());
    CHECK(part<std::string>(*world.last().payload.find("spec")->get<Object>(), "funcname") == "echo");
}

TEST_CASE("one connection serves one call after the other, whoever calls")
{
    ColonyWorld world{reply_of("null")};
    for (int i = 0; i < 3; ++i) {
        const Caller somebody{world.client, PrivateKey::generate()};
        CHECK(world.run(get_executors(somebody, "c")).value().empty());
    }
    CHECK(world.peer.connections() == 1);
}

TEST_CASE("two calls are unsigned")
{
    ColonyWorld world{reply_of(R"({"buildversion":"v1","backends":[{"type":"http","port":1}]})")};
    CHECK(world.run(get_version(world.client)).value().version == "v1");
    CHECK(world.last().signer.empty());
    CHECK(world.run(get_server_info(world.client)).value().backends.at(0).port == 1);
}

TEST_CASE("assign says what there is, and its time beside that of the call")
{
    ColonyWorld world{refusal_of_server(404, "No process available for assignment")};
    AssignRequest request = some_assign();
    request.cpu = "4000m";
    request.memory = "4Gi";
    const auto none = world.run(assign(world.caller(), request));
    CHECK(refusal_of(none.error()) == Refusal::nothing_to_do);
    CHECK(none.error().code == Errc::not_found);
    const Object expected{{"colonyname", "c"},
                          {"timeout", 10},
                          {"availablecpu", "4000m"},
                          {"availablemem", "4Gi"},
                          {"msgtype", "assignprocessmsg"}};
    CHECK(world.last().payload == expected);
    request.wait = 0s;
    (void)world.run(assign(world.caller(), request));
    CHECK(part<std::int64_t>(world.last().payload, "timeout") == -1);
}

TEST_CASE("calls for work that are alike are one text, signed by whoever calls")
{
    ColonyWorld world{refusal_of_server(404, "No process available for assignment")};
    const Caller other{world.client, PrivateKey::generate()};
    for (int round = 0; round < 20; ++round) {
        for (const Caller& caller : {world.caller(), other}) {
            AssignRequest request = some_assign();
            (void)world.run(assign(caller, request));
            CHECK(world.last().signer == caller.key.id());
            CHECK(part<std::string>(world.last().payload, "availablecpu").empty());
            request.cpu = std::to_string(round) + "m"; // more than are remembered
            (void)world.run(assign(caller, request));
            CHECK(world.last().signer == caller.key.id());
            CHECK(part<std::string>(world.last().payload, "availablecpu") == request.cpu);
        }
    }
}

TEST_CASE("an assigned process that cannot be read is named all the same")
{
    ColonyWorld world{reply_of(R"({"processid":"p1","spec":{"args":1}})")};
    const auto process = world.run(assign(world.caller(), some_assign()));
    CHECK(part<std::string>(process.error().details, "processid") == "p1");
    CHECK(refusal_of(process.error()) == Refusal::nonsense);
}

TEST_CASE("a heartbeat takes no work, and nothing to do is its success")
{
    ColonyWorld world{refusal_of_server(404, "No process available for assignment")};
    CHECK(world.run(heartbeat(world.caller(), "c")).has_value());
    CHECK(part<std::int64_t>(world.last().payload, "timeout") == -1);
    CHECK(part<std::string>(world.last().payload, "availablecpu") == "-1m");
    ColonyWorld strange{refusal_of_server(403, "Access denied, not a member of Colony with name <c>")};
    CHECK(refusal_of(strange.run(heartbeat(strange.caller(), "c")).error()) == Refusal::not_member);
}

TEST_CASE("a refusal that a follower forwards with status 200 is one")
{
    ColonyWorld world{refusal_of_server(404, "No process available for assignment", 200)};
    CHECK(refusal_of(world.run(assign(world.caller(), some_assign())).error()) == Refusal::nothing_to_do);
}

TEST_CASE("words for the database are cleaned before they are sent")
{
    const std::string dirty{"a\0b\xFF", 4};
    const std::string clean = "ab\xEF\xBF\xBD";
    const auto closed = sent_by([&](Caller caller) { return close_failed(caller, "p", {dirty}); });
    CHECK(part<Array>(closed.payload, "errors") == Array{clean});
    const auto logged = sent_by([&](Caller caller) { return add_log(caller, "p", dirty); });
    CHECK(part<std::string>(logged.payload, "message") == clean);
    Attribute attribute;
    attribute.key = dirty;
    attribute.value = dirty;
    const auto added = sent_by([&](Caller caller) { return add_attribute(caller, attribute); });
    const auto& sent = *added.payload.find("attribute")->get<Object>();
    CHECK(part<std::string>(sent, "key") == clean);
    CHECK(part<std::string>(sent, "value") == clean);
}

TEST_CASE("an output keeps its bytes, marked where they are no text")
{
    const auto closed =
        sent_by([](Caller caller) { return close_successful(caller, "p", {std::string{"a\0b", 3}, "\xFF", 1.0, 5}); });
    const Array expected{std::string{"a\0b", 3}, Object{{"$base64", "/w=="}}, 1.0, 5};
    CHECK(part<Array>(closed.payload, "out") == expected);
}

TEST_CASE("what goes out has the members and wrappers of each call")
{
    CHECK(sent_by([](Caller caller) { return add_function(caller, {}); }).payload.find("fun") != nullptr);
    CHECK(sent_by([](Caller caller) { return add_user(caller, {}); }).payload.find("user") != nullptr);
    CHECK(sent_by([](Caller caller) { return add_cron(caller, {}); }).payload.find("cron") != nullptr);
    const auto reported = sent_by([](Caller caller) { return report_allocations(caller, "c", "e", {}); });
    CHECK(reported.call == "reportallocationmsg");
    CHECK(reported.payload.find("allocations")->get<Object>()->find("projects") != nullptr);
    const auto history =
        sent_by([](Caller caller) { return get_process_history(caller, "c", "", ProcessState::failed, 60s); });
    CHECK(part<std::int64_t>(history.payload, "state") == 3);
    const auto all = sent_by([](Caller caller) { return remove_all_processes(caller, "c", std::nullopt); });
    CHECK(part<std::int64_t>(all.payload, "state") == -1);
    NewEntry entry;
    entry.payload = std::string{"\0\xFF", 2};
    entry.type = "end";
    const auto appended = sent_by([&](Caller caller) { return append_to_channel(caller, entry); });
    CHECK(part<std::string>(appended.payload, "payload") == "AP8=");
    CHECK(part<std::string>(appended.payload, "payloadtype") == "end");
    CHECK(appended.payload.find("inreplyto") == nullptr);
    NewChild child;
    child.insert = true;
    CHECK(part<bool>(sent_by([&](Caller caller) { return add_child(caller, child); }).payload, "insert"));
}

TEST_CASE("another colony's rows are left out of an executor's log")
{
    ColonyWorld world{reply_of(R"([{"colonyname":"c","message":"mine","timestamp":1795415061641292633},
                                   {"colonyname":"d","message":"theirs"}])")};
    LogQuery query;
    query.colony = "c";
    const auto logs = world.run(get_logs(world.caller(), query)).value();
    REQUIRE(logs.size() == 1);
    CHECK(logs.front().message == "mine");
    CHECK(logs.front().time == 1795415061641292633);
}

TEST_CASE("a name that would break the server's list of executors is never sent")
{
    ColonyWorld world{reply_of("{}")};
    Executor executor;
    executor.colony = "c";
    for (const auto* name : {"a:b", "", "a b", "grün"}) {
        executor.name = name;
        CHECK(world.run(add_executor(world.caller(), executor)).error().code == Errc::bad_arguments);
    }
    CHECK(world.peer.requests().empty());
    executor.name = "edge-1.site_A";
    CHECK(world.run(add_executor(world.caller(), executor)).has_value());
}

TEST_CASE("a pause is asked for under the name of its own reply")
{
    ColonyWorld world{reply_of(R"({"colonyname":"c","ispaused":true})")};
    CHECK(world.run(is_paused(world.caller(), "c")).value());
}

TEST_CASE("nobody there is unreachable, and no refusal")
{
    Client::Config config;
    ColonyWorld world{reply_of("{}")};
    config.host = "127.0.0.1";
    config.port = 1;
    Client nobody{world.pool, world.clock, config};
    const auto version = world.run(get_version(nobody));
    CHECK(version.error().code == Errc::unreachable);
    CHECK(version.error().message ==
          "the colony server at 127.0.0.1:1 could not be asked for versionmsg: nobody listens on 127.0.0.1:1 "
          "(connection refused)");
    CHECK(refusal_of(version.error()) == Refusal::none);
}

TEST_CASE("a connection that ends in the middle of a reply is unreachable")
{
    const std::string whole = reply_of("{}").bytes;
    for (const std::size_t length : {std::size_t{0}, std::size_t{10}, whole.size() - 1})
        for (const Then then : {Then::close, Then::vanish}) {
            ColonyWorld world{Reply{whole.substr(0, length), then}};
            CHECK(world.run(get_version(world.client)).error().code == Errc::unreachable);
        }
}

TEST_CASE("a silent server is given up after the time of the call")
{
    Client::Config config;
    config.timeout = 20ms;
    ColonyWorld world{Reply{"", Then::hang}, config};
    const auto version = world.run(get_version(world.client));
    CHECK(version.error().code == Errc::timed_out);
    CHECK(holds(version.error().message, "waiting for the answer"));
}

TEST_CASE("a reply that is too large is a limit, not a memory")
{
    Client::Config config;
    config.reply_limit = 1000;
    const std::string large = reply_around("\"" + std::string(2000, 'x') + "\"");
    ColonyWorld world{answer(200, large), config};
    const auto version = world.run(get_version(world.client));
    CHECK(version.error().code == Errc::limit);
    CHECK(holds(version.error().message, "the answer is larger than 1000 B, the limit of a reply"));
    Reply endless = reply_of("{}");
    endless.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string("400\r\n") +
                    std::string(1024, ' ') + "\r\n";
    endless.then = Then::repeat;
    ColonyWorld never{endless, config};
    CHECK(never.run(get_version(never.client)).has_error());
}

TEST_CASE("a redirection is not followed: the signature is for this server")
{
    ColonyWorld world{answer(307, "", "Location: http://127.0.0.1:1/api\r\n")};
    CHECK(refusal_of(world.run(get_version(world.client)).error()) == Refusal::nonsense);
}

TEST_CASE("a cancelled assign closes its connection")
{
    ColonyWorld world{Reply{"", Then::hang}};
    const bool cancelled = is_cancelled_after(world.context, assign(world.caller(), some_assign()),
                                              [&] { return !world.peer.requests().empty(); });
    CHECK(cancelled);
}

TEST_CASE("TLS is verified against the configured authority")
{
    const TempFolder folder;
    const Identity authority = self_signed({.names = {}, .authority = true});
    HttpPeer::Options options;
    options.identity = signed_by(authority, {.names = {"DNS:localhost"}});
    Client::Config config;
    config.ca_file = folder.write("ca.pem", authority.certificate);
    const auto handler = [](const std::string&) { return reply_of("{}"); };
    ColonyWorld world{handler, options, config};
    CHECK(world.run(get_version(world.client)).has_value());
    ColonyWorld distrustful{handler, options};
    const auto version = distrustful.run(get_version(distrustful.client));
    CHECK(version.error().code == Errc::refused);
    CHECK_FALSE(version.error().retry);
    CHECK(holds(version.error().message, "certificate"));
}

TEST_CASE("no failure repeats the key")
{
    ColonyWorld world{refusal_of_server(403, "Access denied, not a member of Colony with name <c>")};
    const auto failure = world.run(heartbeat(world.caller(), "c")).error();
    CHECK_FALSE(holds(to_json(Value{failure.to_object()}), world.key.reveal()));
    CHECK_FALSE(holds(world.peer.requests().back(), world.key.reveal()));
}
