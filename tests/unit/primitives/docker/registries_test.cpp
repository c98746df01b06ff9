#include "primitives/docker/registries.hpp"

#include "io/formats/base64.hpp"
#include "result_text.hpp"
#include "run.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::docker_work;

namespace {

std::string file_with(const std::string& server, const std::string& auth)
{
    return R"({"auths":{")" + server + R"(":{"auth":")" + auth + R"("}}})";
}

} // namespace

TEST_CASE("an image comes from the registry in its name, or from Docker Hub")
{
    CHECK(registry_of("nginx:latest") == "docker.io");
    CHECK(registry_of("team/app:1") == "docker.io");
    CHECK(registry_of("index.docker.io/team/app") == "docker.io");
    CHECK(registry_of("localhost/app:1") == "localhost");
    CHECK(registry_of("127.0.0.1:5000/app:1") == "127.0.0.1:5000");
    CHECK(registry_of("registry.example.org/a/b@sha256:0") == "registry.example.org");
}

TEST_CASE("logins are read as docker login writes them")
{
    const auto logins = logins_in(file_with("registry.example.org", to_base64("me:pass:word"))).value();
    REQUIRE(logins.size() == 1);
    CHECK(logins[0].user == "me");
    CHECK(logins[0].password == "pass:word");
    CHECK(logins[0].server == "registry.example.org");
    const auto of_hub = logins_in(file_with("https://index.docker.io/v1/", to_base64("me:x"))).value();
    CHECK(login_for(of_hub, "docker.io") == &of_hub[0]);
    CHECK(login_for(of_hub, "registry.example.org") == nullptr);
    CHECK(logins_in("{}").value().empty());
    CHECK(logins_in(R"({"auths":{"a.example.org":{}},"credsStore":"desktop"})").value().empty());
    const auto token = logins_in(R"({"auths":{"a.example.org":{"identitytoken":"t"}}})").value();
    CHECK(token.at(0).token == "t");
}

TEST_CASE("a file that is none is refused, and nothing of it repeated")
{
    for (const std::string& text :
         std::vector<std::string>{std::string{"secret"}, std::string{"[]"}, std::string{R"({"auths":{"a":"secret"}})"},
                                  file_with("a", "c2VjcmV0"), file_with("a", "!!secret")}) {
        CAPTURE(text);
        const auto logins = logins_in(text);
        REQUIRE(logins.has_error());
        CHECK(logins.error().message.find("secret") == std::string::npos);
    }
}

TEST_CASE("the configuration's logins come before those of the file, which is read each time")
{
    boost::asio::io_context context{1};
    BlockingPool pool{1};
    const test::TempFolder folder;
    Registries registries;
    registries.known.push_back({"registry.example.org", "one", Secret{"1"}});
    registries.file = folder.write("config.json", file_with("registry.example.org", to_base64("two:2")));
    const auto both = test::run(context, logins(pool, registries)).value();
    REQUIRE(both.size() == 2);
    CHECK(login_for(both, "registry.example.org")->user == "one");
    folder.write("config.json", "secret");
    const auto failure = test::run(context, logins(pool, registries)).error();
    CHECK(failure.message.find("[docker] auths") == 0);
    CHECK(failure.message.find("secret") == std::string::npos);
    registries.file = folder.at("none");
    CHECK(test::run(context, logins(pool, registries)).error().code == Errc::not_found);
}

TEST_CASE("a registry that wants to know who asks is told of with what to do")
{
    const Failure failure{Errc::refused, "Docker: Get \"http://r/v2/\": no basic auth credentials"};
    CHECK(with_advice(failure, "r", nullptr).message.find("give [[docker.registry]] its host") != std::string::npos);
    docker::RegistryLogin login;
    login.user = "me";
    login.password = "secret";
    const auto wrong = with_advice({Errc::refused, "Docker: unauthorized: authentication required"}, "r", &login);
    CHECK(wrong.message == "Docker: unauthorized: authentication required (as user 'me' of r)");
    CHECK(with_advice({Errc::not_found, "Docker: no such thing"}, "r", nullptr).message == "Docker: no such thing");
}
