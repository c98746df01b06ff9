#include "clients/kubernetes/client.hpp"

#include "clients/kubernetes/discovery.hpp"
#include "clients/kubernetes/objects.hpp"
#include "clients/kubernetes/refusal.hpp"
#include "io/formats/json.hpp"
#include "kubernetes_world.hpp"
#include "result_text.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::kubernetes;
using namespace forager::test;

namespace {

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

const Place pods{usual_resources().front(), "default"};

kubernetes::Identity with_plugin()
{
    kubernetes::Identity identity;
    identity.plugin.emplace();
    identity.plugin->api_version = "client.authentication.k8s.io/v1";
    identity.plugin->command = {"/bin/login"};
    return identity;
}

Completed said(const std::string& text)
{
    Completed done;
    done.out = text;
    return done;
}

std::string credential(const std::string& token, const std::string& ends = "2099-01-01T00:00:00Z")
{
    return R"({"kind":"ExecCredential","status":{"token":")" + token + R"(","expirationTimestamp":")" + ends + R"("}})";
}

} // namespace

TEST_CASE("a name that is none asks for nothing: it would mean all objects, or their namespace")
{
    int count = 0;
    KubernetesWorld world{[&](const std::string&) {
        ++count;
        return answer(200, R"({"kind":"Pod"})");
    }};
    for (const char* name : {"", ".", ".."}) {
        CHECK(world.run(get(world.client, pods, name)).error().code == Errc::bad_arguments);
        CHECK(world.run(remove(world.client, pods, name, {})).error().code == Errc::bad_arguments);
        CHECK(world.run(patch(world.client, pods, name, Object{}, PatchKind::merge, "scale")).has_error());
    }
    CHECK(world.run(get(world.client, {usual_resources().front(), ".."}, "p")).error().message ==
          "'..' is no name of an object");
    CHECK(count == 0);
    CHECK(world.run(get(world.client, pods, "p")).has_value());
}

TEST_CASE("a server that wants to be left alone is asked again, when there is time for it")
{
    int count = 0;
    KubernetesWorld world{[&](const std::string&) {
        return ++count == 1 ? answer(429, status_text(429, "TooManyRequests", "later"), "Retry-After: 0\r\n")
                            : answer(200, R"({"kind":"Pod"})");
    }};
    CHECK(world.run(get(world.client, pods, "p")).has_value());
    CHECK(count == 2);
    KubernetesWorld busy{[](const std::string&) {
        return answer(429, status_text(429, "TooManyRequests", "later"), "Retry-After: 60\r\n");
    }};
    const auto refused = busy.run(get(busy.client, pods, "p"));
    CHECK(status_of(refused.error()) == 429);
    CHECK(busy.peer.requests().size() == 1);
}

TEST_CASE("a token that is refused is read again from its file, once")
{
    const TempFolder folder;
    kubernetes::Identity identity;
    identity.token_file = folder.write("token", "old\n");
    KubernetesWorld world{[&](const std::string& request) {
                              if (holds(request, "Bearer new\r\n"))
                                  return answer(200, R"({"kind":"Pod"})");
                              folder.write("token", "new\n");
                              return answer(401, status_text(401, "Unauthorized", "Unauthorized"));
                          },
                          identity};
    CHECK(world.run(get(world.client, pods, "p")).has_value());
    CHECK(world.peer.requests().size() == 2);
    CHECK(world.run(get(world.client, pods, "p")).has_value());
    CHECK(world.peer.requests().size() == 3);
}

TEST_CASE("a program's credentials are kept until they end, and asked for again when they are refused")
{
    KubernetesWorld world{[](const std::string& request) {
                              return holds(request, "Bearer right\r\n")
                                         ? answer(200, R"({"kind":"Pod"})")
                                         : answer(401, status_text(401, "Unauthorized", "Unauthorized"));
                          },
                          with_plugin()};
    world.runner.result = said(credential("right"));
    CHECK(world.run(get(world.client, pods, "p")).has_value());
    CHECK(world.run(get(world.client, pods, "p")).has_value());
    CHECK(world.runner.commands.size() == 1);
    CHECK(world.runner.commands.front().argv == std::vector<std::string>{"/bin/login"});
    CHECK(holds(world.runner.commands.front().env.back().second, R"("kind":"ExecCredential")"));
    KubernetesWorld wrong{
        [](const std::string&) { return answer(401, status_text(401, "Unauthorized", "Unauthorized")); },
        with_plugin()};
    wrong.runner.result = said(credential("wrong"));
    CHECK(status_of(wrong.run(get(wrong.client, pods, "p")).error()) == 401);
    CHECK(wrong.runner.commands.size() == 2);
}

TEST_CASE("a program that gives no credentials says why")
{
    KubernetesWorld world{[](const std::string&) { return answer(200, "{}"); }, with_plugin()};
    const auto why = [&] { return world.run(get(world.client, pods, "p")).error().message; };
    Completed failed;
    failed.code = 1;
    failed.err = "log in first\n";
    world.runner.result = failed;
    CHECK(holds(why(), "'/bin/login', which gives the credentials for Kubernetes, failed with status 1: log in first"));
    world.runner.result = said("hello");
    CHECK(holds(why(), "says no ExecCredential"));
    world.runner.result = said(R"({"kind":"ExecCredential","status":{}})");
    CHECK(holds(why(), "neither a token nor a certificate"));
    CHECK(world.peer.requests().empty());
}

TEST_CASE("whoever asks in another's name says so")
{
    kubernetes::Identity identity;
    identity.user = "me";
    identity.password = Secret{"pass"};
    identity.as = "you";
    identity.as_groups = {"a", "b"};
    KubernetesWorld world{[](const std::string&) { return answer(200, R"({"kind":"Pod"})"); }, identity};
    CHECK(world.run(get(world.client, pods, "p")).has_value());
    const std::string& request = world.peer.requests().back();
    CHECK(holds(request, "Authorization: Basic bWU6cGFzcw==\r\n"));
    CHECK(holds(request, "Impersonate-User: you\r\nImpersonate-Group: a\r\nImpersonate-Group: b\r\n"));
}

TEST_CASE("a list comes in pages, and begins anew when the next one is forgotten")
{
    int count = 0;
    KubernetesWorld world{[&](const std::string& request) {
        ++count;
        if (count == 2)
            return answer(410, status_text(410, "Expired", "too old"));
        const bool is_first = !holds(request, "continue=more");
        return answer(200, R"({"metadata":{"resourceVersion":"7")" +
                               std::string{is_first ? R"(,"continue":"more")" : ""} +
                               R"(},"items":[{"metadata":{"name":"p)" + std::to_string(count) + R"("}}]})");
    }};
    const auto all = world.run(list(world.client, pods, Selector{"app=web", ""}));
    REQUIRE(all.has_value());
    REQUIRE(all->items.size() == 2);
    const auto& first = *all->items.front().get<Object>();
    CHECK(part<std::string>(first, "kind") == "Pod");
    CHECK(part<std::string>(first, "apiVersion") == "v1");
    CHECK(name_of(first) == "p3");
    CHECK(all->version == "7");
    CHECK(holds(world.line(), "labelSelector=app%3Dweb&limit=500&continue=more"));
}

TEST_CASE("writing says what it means: apply, patch and removal")
{
    KubernetesWorld world{[](const std::string&) { return answer(200, "{}"); }};
    const Object pod{{"metadata", Object{{"name", "p"}}}};
    CHECK(world.run(apply(world.client, pods, pod, "forager", true)).has_value());
    CHECK(world.line() == "PATCH /api/v1/namespaces/default/pods/p?fieldManager=forager&force=true HTTP/1.1");
    CHECK(holds(world.peer.requests().back(), "Content-Type: application/apply-patch+yaml\r\n"));
    CHECK(holds(world.peer.requests().back(), R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}})"));
    CHECK(world.run(apply(world.client, pods, pod, "other", false, "status")).has_value());
    CHECK(world.line() == "PATCH /api/v1/namespaces/default/pods/p/status?fieldManager=other&force=false HTTP/1.1");
    CHECK(world.run(patch(world.client, pods, "p", Object{{"a", 1}}, PatchKind::strategic, "status")).has_value());
    CHECK(world.line() == "PATCH /api/v1/namespaces/default/pods/p/status HTTP/1.1");
    Removal removal;
    removal.propagation = Propagation::foreground;
    removal.grace_seconds = 0;
    removal.uid = "u";
    CHECK(world.run(remove(world.client, pods, "p", removal)).has_value());
    CHECK(world.line() == "DELETE /api/v1/namespaces/default/pods/p HTTP/1.1");
    CHECK(holds(world.peer.requests().back(),
                R"("propagationPolicy":"Foreground","gracePeriodSeconds":0,"preconditions":{"uid":"u"})"));
}

TEST_CASE("who is not there and who is no Kubernetes is told")
{
    KubernetesWorld world{[](const std::string&) { return answer(200, "<html>"); }};
    const auto strange = world.run(get(world.client, pods, "p"));
    CHECK(strange.error().code == Errc::refused);
    CHECK(holds(strange.error().message, "is no Kubernetes API"));
    KubernetesWorld away{[](const std::string&) { return Reply{"", Reply::Then::close}; }};
    const auto lost = away.run(get(away.client, pods, "p"));
    CHECK(lost.error().code == Errc::unreachable);
    CHECK(holds(lost.error().message, "the Kubernetes API at http://127.0.0.1:"));
}

TEST_CASE("kinds that are not usual are looked for once, and a wrong word is told with a near one")
{
    KubernetesWorld world{[](const std::string& request) {
        if (holds(request, "GET /apis HTTP"))
            return answer(200,
                          R"({"groups":[{"name":"example.org","preferredVersion":{"groupVersion":"example.org/v2"}},
                {"name":"away.org","preferredVersion":{"groupVersion":"away.org/v1"}}]})");
        if (holds(request, "GET /apis/example.org/v2 "))
            return answer(200,
                          R"({"resources":[{"name":"widgets","kind":"Widget","namespaced":true,"shortNames":["wd"]},
                {"name":"widgets/status","kind":"Widget","namespaced":true}]})");
        if (holds(request, "GET /api/v1 "))
            return answer(200, R"({"resources":[]})");
        return answer(503, "away");
    }};
    Discovery discovery{world.client};
    CHECK(world.run(discovery.named("deploy"))->name == "deployments");
    CHECK(world.peer.requests().empty());
    const auto widgets = world.run(discovery.named("widgets"));
    REQUIRE(widgets.has_value());
    CHECK(widgets->api_version() == "example.org/v2");
    const auto asked = world.peer.requests().size();
    CHECK(world.run(discovery.named("wd"))->kind == "Widget");
    CHECK(world.run(discovery.of_kind("example.org/v2", "Widget"))->name == "widgets");
    CHECK(world.peer.requests().size() == asked);
    const auto unknown = world.run(discovery.named("widget5"));
    CHECK(unknown.error().code == Errc::not_found);
    CHECK(holds(unknown.error().message, "did you mean 'widgets'?"));
    CHECK(world.run(discovery.of_kind("example.org/v2", "Gadget")).error().code == Errc::not_found);
}
