#include "sources/broker/reply_text.hpp"

#include "io/formats/json.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

Outcome gives(Object result)
{
    return Outputs{Value{std::move(result)}};
}

Failure status_3()
{
    Failure failure{Errc::exit, "the container a ended with status 3: why"};
    failure.details = {{"exit_code", 3}, {"stdout", "so far\n"}, {"stderr", "why\n"}};
    return failure;
}

Object read(const std::optional<std::string>& text)
{
    return *parse_json(text.value()).value().get<Object>();
}

} // namespace

TEST_CASE("without an id the raw output is the reply, also of a command that failed")
{
    CHECK(reply_text({}, gives({{"output", std::string{"a\0\xff\n", 4}}, {"exit_code", 0}})) ==
          std::string{"a\0\xff\n", 4});
    CHECK(reply_text({}, gives({{"output", ""}})) == "");
    CHECK(reply_text({}, Outcome{status_3()}) == "so far\n");
}

TEST_CASE("with an id it is JSON that says how it ended")
{
    const Object good = read(reply_text("r1", gives({{"output", "a\n"}, {"stderr", "b\n"}, {"exit_code", 0}})));
    CHECK(good == Object{{"id", "r1"},
                         {"status", "ok"},
                         {"output", "a\n"},
                         {"exit_code", 0},
                         {"error", nullptr},
                         {"stderr", "b\n"}});
    const Object bad = read(reply_text(7, Outcome{status_3()}));
    CHECK(bad == Object{{"id", 7},
                        {"status", "error"},
                        {"output", "so far\n"},
                        {"exit_code", 3},
                        {"error", "the container a ended with status 3: why"},
                        {"code", "exit"},
                        {"stderr", "why\n"}});
}

TEST_CASE("what the request itself did wrong is JSON in any case")
{
    const Object reply = read(reply_text({}, Outcome{Failure{Errc::bad_arguments, "'image' is missing"}}));
    CHECK(reply.find("id") == nullptr);
    CHECK(part<std::string>(reply, "status") == "error");
    CHECK(part<std::string>(reply, "error") == "'image' is missing");
    CHECK(reply.find("exit_code")->is_null());
    Failure missing{Errc::not_found, "no such image"};
    missing.details = {{"status", 404}};
    CHECK(part<std::string>(read(reply_text({}, Outcome{missing})), "status") == "error");
    // A container that could not be started has no output, whatever the engine's status was.
    Failure late{Errc::timed_out, "it took too long"};
    late.details = {{"stdout", "so far"}};
    CHECK(part<std::string>(read(reply_text({}, Outcome{late})), "output") == "so far");
}

TEST_CASE("an event goes out as upstream had it, behind the parts of a reply where there is an id")
{
    const Object event{{"container", "web"}, {"timestamp", 1.5}, {"running", false}, {"current_status", "exited"}};
    CHECK(reply_text({}, gives(event)) ==
          R"({"container":"web","timestamp":1.5,"running":false,"current_status":"exited"})");
    CHECK(
        reply_text("m", gives(event)) ==
        R"({"id":"m","status":"ok","output":"exited","exit_code":null,"error":null,"container":"web","timestamp":1.5,"running":false,"current_status":"exited"})");
}

TEST_CASE("who has nothing to say yet says nothing")
{
    CHECK_FALSE(reply_text({}, Outcome{Outputs{}}));
    CHECK_FALSE(reply_text("id", Outcome{Outputs{}}));
}

TEST_CASE("bytes that are no text are marked in JSON")
{
    const Object reply = read(reply_text("r", gives({{"output", "\xff"}})));
    CHECK(reply.find("output")->get<Object>() != nullptr);
}
