#include "primitives/docker/permission.hpp"

#include "primitives/docker/options.hpp"
#include "primitives/docker/permitted_limits.hpp"
#include "result_text.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace forager;
using namespace forager::docker_work;
using namespace std::chrono_literals;

namespace {

const std::string socket_here = "/nowhere/docker.sock";
const std::string elsewhere;

Object asking(std::string name, Value value)
{
    return {{"image", "nginx"}, {std::move(name), std::move(value)}};
}

// The container as it is then made, or the setting that is refused.
struct Judged {
    docker::ContainerSpec spec;
    std::string setting;
    std::string message;
};

Judged judged(const Policy& policy, const Object& options, const std::string& socket = elsewhere)
{
    Judged judged;
    judged.spec = container_of(options).value();
    const auto allowed = permit_container(policy, socket, judged.spec);
    if (allowed.has_error()) {
        CHECK(allowed.error().code == Errc::refused);
        CHECK_FALSE(allowed.error().retry);
        judged.setting = part<std::string>(allowed.error().details, "setting");
        judged.message = allowed.error().message;
    }
    return judged;
}

std::string refused(const Policy& policy, const Object& options)
{
    return judged(policy, options).setting;
}

Policy named(Policy policy)
{
    policy.name = "edge";
    return policy;
}

} // namespace

TEST_CASE("without a policy all is allowed but what is as good as root")
{
    struct Case {
        Object options;
        const char* refused;
    };
    const Case cases[] = {
        {asking("image", "registry.example.org/any/thing:1"), ""},
        {asking("image", "sha256:" + std::string(64, 'a')), ""},
        {asking("volumes", Array{"/orchestration_containers/examples/hello_world_python/:/opt/hello_world/:rw"}), ""},
        {asking("volumes", Array{"data:/data", "/srv/data:/data", "/home/me:/me", "/etc/localtime:/etc/localtime:ro"}),
         ""},
        {asking("volumes", Array{Object{{"type", "tmpfs"}, {"target", "/ram"}}}), ""},
        {asking("network", "host"), ""},
        {asking("ports", Array{"80:80", 81}), ""},
        {asking("user", "root"), ""},
        {asking("new_privileges", true), ""},
        {asking("gpus", 1), ""},
        {asking("cap_add", Array{"CHOWN", "cap_net_bind_service"}), ""},
        {asking("privileged", true), "privileged"},
        {asking("cap_add", Array{"SYS_ADMIN"}), "cap_add"},
        {asking("cap_add", Array{"CHOWN", "net_admin"}), "cap_add"},
        {asking("cap_add", Array{"ALL"}), "cap_add"},
        {asking("volumes", Array{"/var/run/docker.sock:/s"}), "volumes"},
        {asking("volumes", Array{"/var/run/docker.sock:/s:ro"}), "volumes"},
        {asking("volumes", Array{"/run:/host-run:ro"}), "volumes"},
        {asking("volumes", Array{"/run/containerd/containerd.sock:/s"}), "volumes"},
        {asking("volumes", Array{"/:/host:ro"}), "volumes"},
        {asking("volumes", Array{"/srv/../etc:/e"}), "volumes"},
        {asking("volumes", Array{"//etc//cron.d/:/e"}), "volumes"},
        {asking("volumes", Array{"/var:/v"}), "volumes"},
        {asking("volumes", Array{"/proc/sys:/p"}), "volumes"},
        {asking("volumes", Array{"/root:/k"}), "volumes"},
        {asking("volumes", Object{{"/usr/bin", Object{{"bind", "/b"}, {"mode", "rw"}}}}), "volumes"},
    };
    for (const auto& [options, setting] : cases) {
        const Judged one = judged({}, options);
        INFO(one.message);
        CHECK(one.setting == setting);
    }
}

TEST_CASE("a refusal names the setting, what was asked for, the policy, and what would help")
{
    CHECK(judged({}, asking("privileged", true)).message ==
          "'privileged' may not be true: no [[docker.policy]] of the configuration is about who asks, and without one "
          "it is refused: privileged = true in one would allow it");
    Policy policy = named({});
    policy.images = {"busybox"};
    CHECK(judged(policy, {{"image", "nginx"}}).message ==
          "'image' may not be 'nginx:latest': the policy 'edge' does not allow it: images = [\"nginx:latest\"] there "
          "would");
    CHECK(judged({}, asking("volumes", Array{"/srv/../etc:/e"})).message.find("'/etc' (where '/srv/../etc' leads)") ==
          std::string::npos);
    CHECK(judged({}, asking("volumes", Array{"/etc:/e"}))
              .message.find("'/etc', written to, which is as good as being root of the machine") != std::string::npos);
}

TEST_CASE("images are those of the list")
{
    Policy policy;
    policy.images = {"busybox:1.*", "registry.example.org/**"};
    CHECK(refused(policy, {{"image", "busybox:1.36"}}).empty());
    CHECK(refused(policy, {{"image", "docker.io/library/busybox:1.36"}}).empty());
    CHECK(refused(policy, {{"image", "registry.example.org/team/app"}}).empty());
    for (const std::string& image : std::vector<std::string>{"busybox", "busybox:2", "evil/busybox:1.36",
                                                             "sha256:" + std::string(64, 'a'), "0123456789ab"}) {
        CAPTURE(image);
        CHECK(refused(policy, {{"image", image}}) == "image");
    }
}

TEST_CASE("mounts are those of the list, and no wider than it says")
{
    Policy policy;
    policy.mounts = {"/srv/data", "/srv/shared:ro", "cache-*"};
    struct Case {
        const char* volume;
        bool is_allowed;
    };
    const Case cases[] = {
        {"/srv/data:/d", true},
        {"/srv/data/part:/d:ro", true},
        {"/srv/data/../secret:/d", false},
        {"/srv/database:/d", false},
        {"/srv:/d:ro", false},
        {"/srv/shared:/d:ro", true},
        {"/srv/shared/a:/d", false},
        {"cache-1:/c", true},
        {"other:/c", false},
        {"/var/run/docker.sock:/s:ro", false},
    };
    for (const auto& [volume, is_allowed] : cases) {
        CAPTURE(volume);
        CHECK(refused(policy, asking("volumes", Array{volume})) == (is_allowed ? "" : "volumes"));
    }
}

TEST_CASE("what is as good as root must be named, or everything allowed")
{
    Policy policy;
    policy.mounts = {"/", "/run/docker.sock", "/etc/app", "/sys:ro"};
    CHECK(refused(policy, asking("volumes", Array{"/run/docker.sock:/s"})).empty());
    CHECK(refused(policy, asking("volumes", Array{"/etc/app/sites:/s"})).empty());
    CHECK(refused(policy, asking("volumes", Array{"/etc:/s"})) == "volumes");
    CHECK(refused(policy, asking("volumes", Array{"/:/s"})) == "volumes");
    CHECK(refused(policy, asking("volumes", Array{"/sys:/s:ro"})).empty());
    CHECK(refused(policy, asking("volumes", Array{"/sys:/s"})) == "volumes");
    policy.privileged = true;
    CHECK(refused(policy, asking("volumes", Array{"/:/s"})).empty());
    CHECK(refused(policy, asking("privileged", true)).empty());
    policy.mounts = {"/srv"};
    CHECK(refused(policy, asking("volumes", Array{"/:/s"})) == "volumes");
}

TEST_CASE("links are followed where the engine is on this machine")
{
    const test::TempFolder folder;
    folder.write("allowed/file", "");
    folder.write("secret/file", "");
    std::filesystem::create_directory_symlink(folder.at("secret"), folder.at("allowed/link"));
    std::filesystem::create_directory_symlink(folder.at("allowed"), folder.at("allowed/inside"));
    Policy policy;
    policy.mounts = {std::filesystem::canonical(folder.at("allowed")).string()};
    const auto mount = [&](const char* name, const std::string& socket) {
        return judged(policy, asking("volumes", Array{policy.mounts.front() + "/" + name + ":/d"}), socket).setting;
    };
    CHECK(mount("link", socket_here) == "volumes");
    CHECK(mount("link/file", socket_here) == "volumes");
    CHECK(mount("inside/file", socket_here).empty());
    CHECK(mount("not/there/yet", socket_here).empty());
    CHECK(mount("link", elsewhere).empty()); // another machine's: its text is all that is known
}

TEST_CASE("an engine's socket is known wherever it is")
{
    CHECK(judged({}, asking("volumes", Array{"/nowhere/docker.sock:/s:ro"}), socket_here).setting == "volumes");
    CHECK(judged({}, asking("volumes", Array{"/nowhere:/s:ro"}), socket_here).setting == "volumes");
    CHECK(judged({}, asking("volumes", Array{"/nowhere/docker.sock:/s"}), elsewhere).setting.empty());
}

TEST_CASE("networks, ports and users are those of the list, and its first where none was asked for")
{
    Policy policy;
    policy.networks = {"apps-*", "none"};
    policy.ports = {"8000-8999", "127.0.0.1:*"};
    policy.users = {"1000:*", "1000:1000"};
    CHECK(judged(policy, {{"image", "a"}}).spec.network == "none");
    CHECK(judged(policy, {{"image", "a"}}).spec.user == "1000:1000");
    CHECK(refused(policy, asking("network", "apps-web")).empty());
    CHECK(refused(policy, asking("network", "host")) == "network");
    CHECK(refused(policy, asking("network", "default")) == "network");
    CHECK(refused(policy, asking("ports", Array{"8080:80", "127.0.0.1::80"})).empty());
    CHECK(refused(policy, asking("ports", Array{80})) == "ports");
    CHECK(refused(policy, asking("ports", Array{"80:80"})) == "ports");
    CHECK(refused(policy, asking("user", "1000:5")).empty());
    CHECK(refused(policy, asking("user", "0")) == "user");
    policy.networks = {"apps-*"};
    CHECK(refused(policy, {{"image", "a"}}) == "network");
    policy.networks = {"bridge"};
    CHECK(judged(policy, {{"image", "a"}}).spec.network.empty());
}

TEST_CASE("ceilings are what is not asked for, and no more than they can be asked for")
{
    Policy policy;
    policy.memory = 1024;
    policy.cpus = 1.5;
    policy.pids = 10;
    const auto usual = judged(policy, {{"image", "a"}}).spec;
    CHECK(usual.memory == 1024U);
    CHECK(usual.cpus == 1.5);
    CHECK(usual.pids == 10);
    const auto less = judged(policy, {{"image", "a"}, {"memory", 512}, {"cpus", 1}, {"pids", 5}}).spec;
    CHECK(less.memory == 512U);
    CHECK(less.cpus == 1.0);
    CHECK(less.pids == 5);
    CHECK(refused(policy, asking("memory", 2048)) == "memory");
    CHECK(refused(policy, asking("memory", 0)) == "memory"); // without a limit, to an engine
    CHECK(refused(policy, asking("cpus", 2)) == "cpus");
    CHECK(refused(policy, asking("pids", -1)) == "pids");
    CHECK_FALSE(judged({}, {{"image", "a"}}).spec.memory);
}

TEST_CASE("what is forced is so, and what may not be is not")
{
    Policy policy;
    policy.read_only = true;
    policy.new_privileges = false;
    policy.gpus = false;
    policy.capabilities = {"cap_net_admin"};
    CHECK(judged(policy, {{"image", "a"}}).spec.read_only);
    CHECK(judged(policy, asking("read_only", false)).spec.read_only);
    CHECK(refused(policy, asking("new_privileges", true)) == "new_privileges");
    CHECK(refused(policy, asking("gpus", -1)) == "gpus");
    CHECK(refused(policy, asking("cap_add", Array{"NET_ADMIN"})).empty());
    CHECK(refused(policy, asking("cap_add", Array{"CHOWN"})) == "cap_add");
    policy.capabilities = {"usual", "sys_nice"};
    CHECK(refused(policy, asking("cap_add", Array{"CHOWN", "SYS_NICE"})).empty());
    policy.capabilities = {"all"};
    CHECK(refused(policy, asking("cap_add", Array{"SYS_ADMIN"})).empty());
}

TEST_CASE("nobody runs anything in a container that has more than he may have")
{
    const auto use = [](const Policy& policy, Object host, Array mounts = {}) {
        const auto allowed =
            permit_use(policy, elsewhere, {{"HostConfig", std::move(host)}, {"Mounts", std::move(mounts)}});
        return allowed.has_error() ? part<std::string>(allowed.error().details, "setting") : "";
    };
    CHECK(use({}, {{"Privileged", false}, {"PidMode", ""}, {"IpcMode", "private"}, {"Devices", nullptr}}).empty());
    CHECK(use({}, {{"Privileged", true}}) == "privileged");
    CHECK(use({}, {{"PidMode", "host"}}) == "privileged");
    CHECK(use({}, {{"Devices", Array{Value{Object{}}}}}) == "privileged");
    CHECK(use({}, {{"CapAdd", Array{"SYS_PTRACE"}}}) == "cap_add");
    const Object mount{{"Type", "bind"}, {"Source", "/run/docker.sock"}, {"Destination", "/s"}, {"RW", false}};
    CHECK(use({}, {}, Array{Value{mount}}) == "volumes");
    Policy policy;
    policy.privileged = true;
    CHECK(use(policy, {{"Privileged", true}}, Array{Value{mount}}).empty());
}

TEST_CASE("commands, images that are made, time and number are bound, too")
{
    Policy policy;
    policy.users = {"1000"};
    policy.images = {"team/*"};
    policy.lifetime = 1min;
    policy.containers = 2;
    std::string user;
    CHECK(permit_command(policy, false, user).has_value());
    CHECK(user == "1000");
    user = "root";
    CHECK(permit_command(policy, false, user).has_error());
    CHECK(permit_command({}, true, user).has_error());
    CHECK(permit_making(policy, "team/app:1").has_value());
    CHECK(permit_making(policy, "app:1").has_error());
    policy.build = false;
    CHECK(permit_making(policy, "").has_error());
    std::optional<Duration> timeout;
    CHECK(permit_lifetime(policy, timeout).has_value());
    CHECK(timeout == Duration{1min});
    timeout = 2min;
    CHECK(permit_lifetime(policy, timeout).has_error());
    CHECK(permit_staying(policy).has_error());
    CHECK(permit_staying({}).has_value());
    CHECK(permit_one_more(policy, 1).has_value());
    CHECK(permit_one_more(policy, 2).has_error());
    CHECK(permit_one_more({}, 1'000'000).has_value());
    CHECK(permit_reading({}, elsewhere, "./").has_value());
    CHECK(permit_reading({}, elsewhere, "/").has_error());
}

TEST_CASE("the last policy that is about who asks counts")
{
    const auto of = [](std::string name, Policy::Texts sources, Policy::Texts functions) {
        Policy policy;
        policy.name = std::move(name);
        policy.sources = std::move(sources);
        policy.functions = std::move(functions);
        return policy;
    };
    const std::vector<Policy> policies{of("all", {}, {}), of("outside", {"broker", "colony"}, {}),
                                       of("media", {}, {"media.*"}), of("one", {"cron nightly"}, {})};
    const auto chosen = [&](const std::string& source, const std::string& function, const std::string& caller = "") {
        Invocation invocation;
        invocation.source = source;
        invocation.function = function;
        if (!caller.empty())
            invocation.chain.push_back({"id", caller});
        return policy_for(policies, asker_of(invocation)).name;
    };
    CHECK(chosen("run", "a.lua") == "all");
    CHECK(chosen("broker", "docker.start") == "outside");
    CHECK(chosen("broker redis:orders", "x.y") == "outside");
    CHECK(chosen("broker:orders", "x.y") == "outside");
    CHECK(chosen("colony dev-1", "docker.run") == "outside");
    CHECK(chosen("brokers", "x.y") == "all");
    CHECK(chosen("colony dev-1", "media.thumbnail") == "media");
    CHECK(chosen("colony dev-1", "docker.run", "media.thumbnail") == "media");
    CHECK(chosen("cron nightly", "x.y") == "one");
    CHECK(chosen("cron weekly", "x.y") == "all");
    CHECK(policy_for({}, {}).name.empty());
    CHECK(policy_for({policies[1]}, {}).name.empty());
}
