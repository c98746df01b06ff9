#include "clients/kubernetes/access.hpp"
#include "clients/kubernetes/finding.hpp"

#include "result_text.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::kubernetes;
using namespace forager::test;

namespace {

constexpr const char* usual = R"(
apiVersion: v1
kind: Config
current-context: here
clusters:
  - name: one
    cluster:
      server: https://10.0.0.1:6443/
      certificate-authority-data: Q0E=
      tls-server-name: api.example.org
  - name: two
    cluster: { server: "https://10.0.0.2", insecure-skip-tls-verify: true }
users:
  - name: admin
    user: { client-certificate-data: Q0VSVA==, client-key-data: S0VZ }
  - name: robot
    user: { tokenFile: secrets/token, as: somebody, as-groups: [a, b] }
  - name: cloud
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: bin/login
        args: [get, token]
        env: [{ name: REGION, value: north }]
        provideClusterInfo: true
contexts:
  - name: here
    context: { cluster: one, user: admin, namespace: work }
  - name: there
    context: { cluster: two, user: robot }
  - name: cloud
    context: { cluster: two, user: cloud }
  - name: lost
    context: { cluster: three, user: admin }
)";

Result<Access> read(const std::string& text, std::string_view context = "")
{
    const ConfigFile files[] = {{"/etc/kube/config", text}};
    return access_in(files, context);
}

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("the current context says where the cluster is and who asks")
{
    const auto access = read(usual);
    REQUIRE(access.has_value());
    CHECK(access->server == "https://10.0.0.1:6443");
    CHECK(access->ca_pem == "CA");
    CHECK(access->server_name == "api.example.org");
    CHECK(access->verify);
    CHECK(access->space == "work");
    CHECK(access->identity.cert_pem == "CERT");
    CHECK(access->identity.key_pem.reveal() == "KEY");
}

TEST_CASE("another context is chosen by name, and files lie beside the kubeconfig")
{
    const auto access = read(usual, "there");
    REQUIRE(access.has_value());
    CHECK_FALSE(access->verify);
    CHECK(access->identity.token_file == "/etc/kube/secrets/token");
    CHECK(access->identity.as == "somebody");
    CHECK(access->identity.as_groups == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a program that gives credentials is known with its arguments and environment")
{
    const auto access = read(usual, "cloud");
    REQUIRE(access.has_value());
    REQUIRE(access->identity.plugin);
    const Plugin& plugin = *access->identity.plugin;
    CHECK(plugin.command == std::vector<std::string>{"/etc/kube/bin/login", "get", "token"});
    CHECK(plugin.env.front() == std::pair<std::string, std::string>{"REGION", "north"});
    CHECK(plugin.wants_cluster);
}

TEST_CASE("of several files the first one counts, and they complete each other")
{
    const ConfigFile files[] = {
        {"/a", "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"},
        {"/b/c",
         "current-context: y\nclusters: [{name: c, cluster: {server: 'https://b', certificate-authority: ca}}]\n"},
        {"/d", "clusters: [{name: c, cluster: {server: 'https://d'}}]\nusers: [{name: u, user: {token: t}}]\n"}};
    const auto access = access_in(files, "");
    REQUIRE(access.has_value());
    CHECK(access->server == "https://b");
    CHECK(access->ca_file == "/b/ca");
    CHECK(access->identity.token.reveal() == "t");
    CHECK(access->origin == "/a, /b/c and /d");
}

TEST_CASE("what is wrong with a kubeconfig is told with its file")
{
    const auto why = [](const std::string& text, std::string_view context = "") {
        const auto access = read(text, context);
        REQUIRE(access.has_error());
        CHECK(holds(access.error().message, "/etc/kube/config"));
        return access.error().message;
    };
    CHECK(holds(why(usual, "nowhere"), "no context 'nowhere', it has here, there, cloud and lost"));
    CHECK(holds(why(usual, "lost"), "no cluster 'three'"));
    CHECK(holds(why("contexts: [{name: a, context: {}}]"), "no current-context: say which one of a"));
    CHECK(holds(why("a: [b"), "line"));
    CHECK(holds(why("- a"), "a list"));
    const std::string head = "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n";
    CHECK(holds(why(head + "clusters: [{name: c, cluster: {server: 'ftp://b'}}]"), "no https:// address"));
    CHECK(holds(why(head + "clusters: [{name: c, cluster: {server: 'https://b', proxy-url: 'http://p'}}]"), "proxy"));
    CHECK(holds(why(head + "clusters: [{name: c, cluster: {server: 'https://b', certificate-authority-data: '!'}}]"),
                "base64"));
    const std::string cluster = "clusters: [{name: c, cluster: {server: 'https://b'}}]\n";
    CHECK(holds(why(head + cluster + "users: [{name: u, user: {auth-provider: {name: gcp}}}]"), "auth-provider"));
    CHECK(holds(why(head + cluster + "users: [{name: u, user: {exec: {command: x, apiVersion: v1}}}]"), "apiVersion"));
}

TEST_CASE("a configuration that is named counts before the pod's account, and that before the usual one")
{
    const TempFolder folder;
    const std::string named = folder.write("named", usual);
    const std::string other = folder.write("usual", "current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\n"
                                                    "clusters: [{name: c, cluster: {server: 'https://usual'}}]\n");
    folder.write("account/token", "secret");
    folder.write("account/namespace", "pods\n");
    Whereabouts where;
    where.account_folder = folder.at("account");
    where.usual = folder.at("missing") + ":" + other;
    CHECK(find_access(where)->server == "https://usual");
    CHECK(find_access(where)->space == "default");
    where.account_host = "fd00::1";
    where.account_port = "6443";
    const auto account = find_access(where);
    REQUIRE(account.has_value());
    CHECK(account->server == "https://[fd00::1]:6443");
    CHECK(account->space == "pods");
    CHECK(account->identity.token_file == folder.at("account/token"));
    CHECK(account->ca_file == folder.at("account/ca.crt"));
    where.kubeconfig = named;
    where.space = "mine";
    CHECK(find_access(where)->server == "https://10.0.0.1:6443");
    CHECK(find_access(where)->space == "mine");
    where.kubeconfig = folder.at("missing");
    CHECK(find_access(where).error().code == Errc::not_found);
    CHECK(find_access(Whereabouts{}).error().code == Errc::not_found);
}
