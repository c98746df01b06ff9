#include "clients/kubernetes/refusal.hpp"

#include "clients/kubernetes/exec.hpp"
#include "kubernetes_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::kubernetes;
using namespace forager::test;

TEST_CASE("a refusal keeps the server's words, its status and its reason")
{
    const Failure failure = refusal("GET /x", 404, status_text(404, "NotFound", "deployments.apps 'web' not found"));
    CHECK(failure.code == Errc::not_found);
    CHECK(failure.message == "Kubernetes: deployments.apps 'web' not found");
    CHECK(status_of(failure) == 404);
    CHECK(reason_of(failure) == "NotFound");
    CHECK_FALSE(pause_of(failure));
}

TEST_CASE("each status has its code, and what asking again cannot change is told")
{
    const auto of = [](int status, const char* reason) {
        return refusal("x", status, status_text(status, reason, "no"));
    };
    CHECK(of(400, "BadRequest").code == Errc::bad_arguments);
    CHECK(of(422, "Invalid").code == Errc::bad_arguments);
    CHECK(of(401, "Unauthorized").code == Errc::refused);
    CHECK(of(403, "Forbidden").code == Errc::refused);
    CHECK_FALSE(of(403, "Forbidden").retry);
    CHECK_FALSE(of(409, "AlreadyExists").retry);
    CHECK(of(409, "Conflict").retry);
    CHECK(is_expired(of(410, "Expired")));
}

TEST_CASE("the server says how long it wants to be left alone, in the object or in the head")
{
    const std::string seven = "7";
    const std::string nonsense = "soon";
    CHECK(pause_of(refusal("x", 429, "too many requests", &seven)) == std::chrono::seconds{7});
    CHECK_FALSE(pause_of(refusal("x", 429, "too many requests", &nonsense)));
    CHECK(pause_of(refusal("x", 503, R"({"kind":"Status","details":{"retryAfterSeconds":2}})")) ==
          std::chrono::seconds{2});
}

TEST_CASE("what is no Status is told as it is, and nothing as the question")
{
    CHECK(refusal("GET /x", 502, "bad \x1b gateway\n").message == "Kubernetes: bad ? gateway");
    CHECK(refusal("GET /x", 502, "").message == "Kubernetes: GET /x was answered with status 502");
}

TEST_CASE("the end of a command is its exit code, or why there is none")
{
    CHECK(exit_code_in(R"({"status":"Success"})").value() == 0);
    CHECK(exit_code_in(R"({"status":"Failure","reason":"NonZeroExitCode","message":"command terminated",
        "details":{"causes":[{"reason":"ExitCode","message":"3"}]}})")
              .value() == 3);
    const auto failed = exit_code_in(R"({"kind":"Status","status":"Failure","message":"no such file","code":500})");
    REQUIRE(failed.has_error());
    CHECK(failed.error().message == "Kubernetes: no such file");
    CHECK(exit_code_in("nonsense").has_error());
}
