#include "core/reconcile/deployment.hpp"

#include "core/reconcile/document.hpp"
#include "io/formats/json.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace forager;
using namespace forager::reconcile;
using namespace std::chrono_literals;

namespace {

Object parsed(std::string_view json)
{
    const auto value = parse_json(json);
    REQUIRE(value);
    REQUIRE(value->get<Object>() != nullptr);
    return *value->get<Object>();
}

// Of a document with this spec, written as JSON.
Object with_spec(const std::string& spec)
{
    return parsed(R"({"kind": "ExecutorDeployment", "metadata": {"name": "web"}, "spec": )" + spec + "}");
}

Deployment read(const Object& document)
{
    const auto deployment = deployment_of(document, Strictness::strict);
    REQUIRE(deployment);
    return *deployment;
}

Deployment read_spec(const std::string& spec)
{
    return read(with_spec(spec));
}

std::string refusal(const Object& document, Strictness strictness = Strictness::strict)
{
    const auto deployment = deployment_of(document, strictness);
    REQUIRE_FALSE(deployment);
    const Failure failure = deployment.error();
    CHECK(failure.code == Errc::bad_arguments);
    CHECK(failure.message.starts_with(part<std::string>(failure.details, "field") + ": "));
    return failure.message;
}

const std::string blueprint = R"({"blueprintid": "4F0b1c2d-33aa-11ee-be56-0242ac120002", "kind": "ExecutorDeployment",
  "metadata": {"name": "camera-readers", "colonyname": "farm", "locationname": "barn", "generation": 7,
               "labels": {"crop": "oats"}, "lastReconciliationTime": "2026-01-01T00:00:00Z"},
  "spec": {"runtime": "docker", "image": "camera-reader:3", "replicas": 4, "executorType": "camera-reader",
           "cpu": "250m", "memory": "128Mi", "env": {"FRAME_RATE": "5"},
           "volumes": [{"host": "/srv/frames", "container": "/frames", "readOnly": false}]},
  "status": {"whatever": 1}, "handler": {"executorType": "fleet-reconciler"}})";

const std::string first_example = R"({"apiVersion": "fleet.example.org/v1", "kind": "ExecutorDeployment",
  "metadata": {"name": "camera-readers", "namespace": "farm", "labels": {"crop": "oats"}},
  "spec": {"runtime": "docker", "replicas": 4, "executorType": "camera-reader", "image": "camera-reader:3",
           "cpu": 0.25, "memory": 134217728,
           "config": {"env": {"FRAME_RATE": 5}, "volumes": [{"source": "/srv/frames", "target": "/frames"}]}}})";

} // namespace

TEST_CASE("both dialects mean the same replicas")
{
    const Deployment today = read(parsed(blueprint));
    const Deployment first = read(parsed(first_example));
    CHECK(today.replica == first.replica);
    CHECK(print_of(today.replica) == print_of(first.replica));
    CHECK(today.key == Key{"", "farm", "ExecutorDeployment", "camera-readers"});
    CHECK(today.key == first.key);
    CHECK(today.generation == 7);
    CHECK(first.generation == 1);
    CHECK(today.replicas == 4);
    CHECK(today.runtime == Runtime::docker);
    CHECK(today.naming == Naming::random);
    CHECK(first.naming == Naming::index);
    CHECK(today.id == "4F0b1c2d-33aa-11ee-be56-0242ac120002");
    CHECK(short_id(today) == "4f0b1c2d");
    CHECK(today.replica.cpu == 0.25);
    CHECK(today.replica.memory == 134'217'728);
    CHECK(today.replica.env == decltype(today.replica.env){{"FRAME_RATE", "5"}});
    CHECK(today.replica.volumes == std::vector<Volume>{{"/srv/frames", "/frames", false}});
    CHECK(today.replica.labels == decltype(today.replica.labels){{"crop", "oats"}});
}

TEST_CASE("what a document does not say has a usual value")
{
    const Deployment plain = read_spec(R"({"image": "nginx"})");
    CHECK(plain.runtime == Runtime::docker);
    CHECK(plain.replicas == 1);
    CHECK(plain.naming == Naming::index);
    CHECK(plain.rolling.max_surge == 1);
    CHECK(plain.rolling.max_unavailable == 1);
    CHECK(plain.rolling.progress_deadline == 5min);
    CHECK(plain.rolling.roll_back);
    CHECK(plain.grace == 10s);
    CHECK_FALSE(plain.paused);
    CHECK_FALSE(plain.replica.command.has_value());
    CHECK_FALSE(plain.replica.health.has_value());
    CHECK(plain.replica.executor_type.empty());
}

TEST_CASE("a document without an id has the same one everywhere")
{
    const Deployment one = read_spec(R"({"image": "a"})");
    const Deployment other = read_spec(R"({"image": "b", "replicas": 3})");
    CHECK(one.id.size() == 32);
    CHECK(one.id == other.id);
    CHECK(short_id(one).size() == 8);
    Object elsewhere = with_spec(R"({"image": "a"})");
    elsewhere.set("metadata", Object{{"name", "web"}, {"namespace", "farm"}});
    CHECK(read(elsewhere).id != one.id);
    elsewhere.set("metadata", Object{{"name", "web"}, {"uid", "x_1"}});
    CHECK(read(elsewhere).id == "x_1");
    CHECK(short_id(read(elsewhere)).size() == 8);
    CHECK(short_id(read(elsewhere)).find('_') == std::string::npos);
}

TEST_CASE("all that a spec may say is read")
{
    const Deployment all = read_spec(R"({
        "runtime": "local", "replicas": 3.0, "executorType": "t", "image": "i", "entrypoint": ["/e"],
        "command": "run $X", "args": ["-p", 8080, true], "config": {"env": {"A": 1, "B": "old"}},
        "env": {"B": "new", "C": false, "D": 1.5, "E": null}, "labels": {"tier": "front"}, "user": 1000,
        "workingDir": "/w", "network": "n", "privileged": true, "naming": "random", "ports": [80,
        {"container": 53, "host": 5353, "protocol": "UDP"}], "resources": {"cpu": "1.5", "memory": "64MB"},
        "health": {"command": "true", "interval": "2s", "timeout": 1.5, "retries": 5},
        "strategy": {"maxSurge": 2, "maxUnavailable": 0, "minReady": "3s", "progressDeadline": "1m",
                     "rollback": false}, "grace": "250ms", "paused": true})");
    CHECK(all.runtime == Runtime::local);
    CHECK(all.replicas == 3);
    CHECK(all.naming == Naming::random);
    CHECK(all.grace == 250ms);
    CHECK(all.paused);
    CHECK(all.rolling.max_surge == 2);
    CHECK(all.rolling.max_unavailable == 0);
    CHECK(all.rolling.min_ready == 3s);
    CHECK(all.rolling.progress_deadline == 1min);
    CHECK_FALSE(all.rolling.roll_back);
    const Template& replica = all.replica;
    CHECK(replica.entrypoint == std::vector<std::string>{"/e"});
    CHECK(replica.command == std::vector<std::string>{"sh", "-c", "run $X", "-p", "8080", "true"});
    CHECK(replica.env == decltype(replica.env){{"A", "1"}, {"B", "new"}, {"C", "false"}, {"D", "1.5"}});
    CHECK(replica.labels == decltype(replica.labels){{"tier", "front"}});
    CHECK(replica.user == "1000");
    CHECK(replica.cwd == "/w");
    CHECK(replica.network == "n");
    CHECK(replica.privileged);
    CHECK(replica.ports == std::vector<PortMapping>{{80, {}, "tcp"}, {53, 5353, "udp"}});
    CHECK(replica.cpu == 1.5);
    CHECK(replica.memory == 64U * 1024 * 1024);
    REQUIRE(replica.health);
    CHECK(*replica.health == HealthCheck{{"sh", "-c", "true"}, 2s, 1500ms, 5});
}

TEST_CASE("arguments alone are a command, and volumes may be text")
{
    const Template replica = read_spec(R"({"args": ["-v"], "volumes": ["/a:/b:ro", "cache:/c"],
                                           "config": {"volumes": ["/d:/e:rw"]}})")
                                 .replica;
    CHECK(replica.command == std::vector<std::string>{"-v"});
    CHECK(replica.volumes == std::vector<Volume>{{"/d", "/e", false}, {"/a", "/b", true}, {"cache", "/c", false}});
    CHECK(read_spec(R"({"terminationGracePeriodSeconds": 30})").grace == 30s);
    CHECK(read_spec(R"({"cwd": "/x"})").replica.cwd == "/x");
}

TEST_CASE("names are made as those of the dialect are")
{
    const auto naming = [](const Object& metadata, bool has_version, bool has_id) {
        Object document = with_spec("{}");
        document.set("metadata", metadata);
        if (has_version)
            document.set("apiVersion", "v1");
        if (has_id)
            document.set("blueprintid", "ab");
        return read(document).naming;
    };
    CHECK(naming({{"name", "a"}}, false, false) == Naming::index);
    CHECK(naming({{"name", "a"}}, false, true) == Naming::random);
    CHECK(naming({{"name", "a"}, {"colonyname", "c"}}, false, false) == Naming::random);
    CHECK(naming({{"name", "a"}, {"colonyname", "c"}}, true, true) == Naming::index);
    CHECK(naming({{"name", "a"}, {"namespace", "c"}}, false, false) == Naming::index);
    CHECK(read_spec(R"({"naming": "random"})").naming == Naming::random);
}

TEST_CASE("each mistake in a spec is named with its place")
{
    struct Row {
        std::string spec;
        std::string message;
    };
    const Row rows[] = {
        {R"({"runtime": "podman"})", "spec.runtime: there is no runtime 'podman': docker, kubernetes and local"},
        {R"({"replicas": -1})", "spec.replicas: must be a whole number from 0 to 1000, not -1"},
        {R"({"replicas": 1001})", "spec.replicas: must be a whole number from 0 to 1000, not 1001"},
        {R"({"replicas": 2.5})", "spec.replicas: must be a whole number from 0 to 1000, not 2.5"},
        {R"({"replicas": "3"})", "spec.replicas: must be a whole number from 0 to 1000, not text"},
        {R"({"replica": 3})", "spec.replica: is not known here: did you mean 'replicas'?"},
        {R"({"image": 3})", "spec.image: must be text, not a number"},
        {R"({"executorType": ["a"]})", "spec.executorType: must be text, not a list"},
        {R"({"command": {"a": 1}})", "spec.command: must be a list, not an object"},
        {R"({"command": ""})", "spec.command: must not be empty"},
        {R"({"command": ["a", ["b"]]})", "spec.command[1]: must be text, not a list"},
        {R"({"args": "-v"})", "spec.args: must be a list, not text"},
        {R"({"runtime": "kubernetes", "command": "run"})", "spec.command: must be a list, not text"},
        {R"({"env": ["A=1"]})", "spec.env: must be an object, not a list"},
        {R"({"env": {"A": {"b": 1}}})", "spec.env.A: must be text, a number or a boolean, not an object"},
        {R"({"env": {"A=B": "1"}})", "spec.env.A=B: is no name of an environment's variable"},
        {R"({"env": {"A": "x\u0000y"}})", "spec.env.A: must not have a byte 0 in it"},
        {R"({"config": {"envs": {}}})", "spec.config.envs: is not known here: did you mean 'env'?"},
        {R"({"volumes": [{"source": "/a", "target": "/b"}, {"target": "/c"}]})", "spec.volumes[1].source: is missing"},
        {R"({"volumes": [{"source": "/a"}]})", "spec.volumes[0].target: is missing"},
        {R"({"volumes": [{"source": "./a", "target": "/b"}]})",
         "spec.volumes[0].source: must be an absolute path or the name of a volume, without a ':'"},
        {R"({"volumes": [{"host": "/a", "container": "b"}]})",
         "spec.volumes[0].container: must be an absolute path without a ':'"},
        {R"({"volumes": [{"source": "/a", "target": "/b", "container": "/c"}]})",
         "spec.volumes[0].container: says the same as 'target': give one of them"},
        {R"({"volumes": [{"source": "/a", "target": "/b", "readonly": true}]})",
         "spec.volumes[0].readonly: is not known here: did you mean 'readOnly'?"},
        {R"({"volumes": ["/a"]})", R"(spec.volumes[0]: '/a' is not as "/srv/data:/data" or "/srv/data:/data:ro")"},
        {R"({"volumes": ["/a:/b", "/c:/b"]})", "spec.volumes[1]: another volume has the target '/b'"},
        {R"({"config": {"volumes": [3]}})", "spec.config.volumes[0]: must be an object or text, not a number"},
        {R"({"ports": [0]})", "spec.ports[0]: must be a port, 1 to 65535, or an object with 'container'"},
        {R"({"ports": [{"host": 80}]})", "spec.ports[0].container: is missing"},
        {R"({"ports": [{"container": 70000}]})",
         "spec.ports[0].container: must be a whole number from 1 to 65535, not 70000"},
        {R"({"ports": [{"container": 80, "protocol": "http"}]})",
         "spec.ports[0].protocol: must be tcp, udp or sctp, not 'http'"},
        {R"({"ports": [{"container": 80, "host": 80}], "replicas": 2})",
         "spec.replicas: must be 1 where a port of the machine is given: leave 'host' out of 'ports'"},
        {R"({"cpu": "much"})", R"(spec.cpu: must be a number of cores above 0, as 1.5, "1.5" or "250m")"},
        {R"({"resources": {"memory": 0}})",
         R"(spec.resources.memory: must be an amount above 0, as "128Mi", "64MB" or a number of bytes)"},
        {R"({"resources": {"cpus": 1}})", "spec.resources.cpus: is not known here: did you mean 'cpu'?"},
        {R"({"naming": "uuid"})", "spec.naming: must be index or random, not 'uuid'"},
        {R"({"health": {}})", "spec.health.command: is missing: a list, or a line for the shell"},
        {R"({"health": {"command": ["a"], "interval": 0}})", "spec.health.interval: must be from 100 ms to 1 d 00 h"},
        {R"({"health": {"command": ["a"], "retries": 0}})",
         "spec.health.retries: must be a whole number from 1 to 1000, not 0"},
        {R"({"strategy": {"maxSurge": 0, "maxUnavailable": 0}})",
         "spec.strategy.maxUnavailable: must be above 0 where maxSurge is 0: nothing could ever be replaced"},
        {R"({"strategy": {"maxsurge": 1}})", "spec.strategy.maxsurge: is not known here: did you mean 'maxSurge'?"},
        {R"({"strategy": {"minReady": "soon"}})", "spec.strategy.minReady: 'soon' is not a duration"},
        {R"({"grace": -1})", "spec.grace: -1 is not a duration"},
        {R"({"grace": 1, "terminationGracePeriodSeconds": 2})",
         "spec.terminationGracePeriodSeconds: says the same as 'grace': give one of them"},
        {R"({"paused": "yes"})", "spec.paused: must be true or false, not text"},
        {R"({"privileged": 1})", "spec.privileged: must be true or false, not a number"},
        {R"({"user": true})", "spec.user: must be text, not true or false"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.spec);
        const std::string message = refusal(with_spec(row.spec));
        CHECK_MESSAGE(message.starts_with(row.message), message);
    }
}

TEST_CASE("each mistake above the spec is named with its place")
{
    struct Row {
        std::string document;
        std::string message;
    };
    const Row rows[] = {
        {R"({"metadata": {"name": "a"}, "spec": {}})", "kind: is missing"},
        {R"({"kind": "Deployment", "metadata": {"name": "a"}, "spec": {}})",
         "kind: must be ExecutorDeployment, not 'Deployment'"},
        {R"({"kind": "ExecutorDeployment", "spec": {}})", "metadata: is missing"},
        {R"({"kind": "ExecutorDeployment", "metadata": "a", "spec": {}})", "metadata: must be an object, not text"},
        {R"({"kind": "ExecutorDeployment", "metadata": {}, "spec": {}})", "metadata.name: is missing"},
        {R"({"kind": "ExecutorDeployment", "metadata": {"name": "-a"}, "spec": {}})",
         "metadata.name: must be 1 to 40 letters, digits, '-', '_' and '.', a letter or digit first"},
        {R"({"kind": "ExecutorDeployment", "metadata": {"name": "a/b"}, "spec": {}})", "metadata.name: must be"},
        {R"({"kind": "ExecutorDeployment", "metadata": {"name": "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddd"}})",
         "metadata.name: must be"},
        {R"({"kind": "ExecutorDeployment", "metadata": {"name": "a"}})", "spec: is missing"},
        {R"({"kind": "ExecutorDeployment", "metadata": {"name": "a", "uid": "a b"}, "spec": {}})",
         "metadata.uid: must be at most 63"},
        {R"({"kind": "ExecutorDeployment", "metadata": {"name": "a", "label": {}}, "spec": {}})",
         "metadata.label: is not known here: did you mean 'labels'?"},
        {R"({"kind": "ExecutorDeployment", "metadata": {"name": "a"}, "spec": {}, "sepc": {}})",
         "sepc: is not known here: did you mean 'spec'?"},
        {R"({"kind": "ExecutorDeployment", "metadata": {"name": "Web"}, "spec": {"runtime": "kubernetes"}})",
         "metadata.name: must be lower case letters"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.document);
        const std::string message = refusal(parsed(row.document));
        CHECK_MESSAGE(message.starts_with(row.message), message);
    }
}

TEST_CASE("what a server took already may say more, but not something else")
{
    Object document = with_spec(R"({"image": "a", "colour": "red", "strategy": {"type": "RollingUpdate"}})");
    document.set("more", 1);
    CHECK(deployment_of(document, Strictness::lenient));
    CHECK_FALSE(deployment_of(document, Strictness::strict));
    CHECK(refusal(with_spec(R"({"replicas": "3"})"), Strictness::lenient).starts_with("spec.replicas: must be"));
}

TEST_CASE("no value of the environment stands in a message")
{
    const std::string message = refusal(with_spec(R"({"env": {"KEY": ["hunter2"]}})"));
    CHECK(message.find("hunter2") == std::string::npos);
}

TEST_CASE("what somebody wrote comes into messages short and without control characters")
{
    const std::string message = refusal(with_spec(R"({"runtime": "\u001b[31m)" + std::string(5'000, 'x') + "\"}"));
    CHECK(message.size() < 300);
    CHECK(message.find('\x1b') == std::string::npos);
    CHECK(refusal(with_spec(R"({")" + std::string(5'000, 'y') + R"(": 1})")).size() < 1'000);
}

TEST_CASE("a port of the machine leaves no place for a second replica beside the first")
{
    const Deployment one = read_spec(R"({"ports": [{"container": 80, "host": 8080}],
                                         "strategy": {"maxUnavailable": 0}})");
    CHECK(one.rolling.max_surge == 0);
    CHECK(one.rolling.max_unavailable == 1);
    CHECK(read_spec(R"({"ports": [{"container": 80}], "replicas": 3})").rolling.max_surge == 1);
    CHECK(read_spec(R"({"runtime": "kubernetes", "ports": [{"container": 80, "host": 80}], "replicas": 3})").replicas ==
          3);
}

TEST_CASE("another template has another print, whatever is different")
{
    const std::string specs[] = {R"({})",
                                 R"({"image": "a"})",
                                 R"({"executorType": "a"})",
                                 R"({"user": "a"})",
                                 R"({"network": "a"})",
                                 R"({"cwd": "/a"})",
                                 R"({"entrypoint": ["a"]})",
                                 R"({"command": ["a"]})",
                                 R"({"command": ["a", "b"]})",
                                 R"({"command": ["ab"]})",
                                 R"({"env": {"A": "b"}})",
                                 R"({"env": {"A": "b", "C": "d"}})",
                                 R"({"labels": {"A": "b"}})",
                                 R"({"volumes": ["a:/b"]})",
                                 R"({"volumes": ["a:/b:ro"]})",
                                 R"({"ports": [80]})",
                                 R"({"ports": [{"container": 80, "host": 80}]})",
                                 R"({"ports": [{"container": 80, "protocol": "udp"}]})",
                                 R"({"cpu": 1})",
                                 R"({"memory": 1})",
                                 R"({"privileged": true})",
                                 R"({"health": {"command": ["a"]}})",
                                 R"({"health": {"command": ["a"], "retries": 2}})"};
    std::set<std::string> prints;
    for (const std::string& spec : specs) {
        const std::string print = print_of(read_spec(spec).replica);
        CHECK(print.size() == 16);
        CHECK_MESSAGE(prints.insert(print).second, spec);
    }
    Template forced = read_spec("{}").replica;
    forced.forced = 1;
    CHECK(prints.insert(print_of(forced)).second);
}

TEST_CASE("neither scaling nor another order of members is another template")
{
    const auto print = [](const std::string& spec) { return print_of(read_spec(spec).replica); };
    CHECK(print(R"({"image": "a", "env": {"A": "1", "B": "2"}})") ==
          print(R"({"env": {"B": "2", "A": "1"}, "replicas": 5, "image": "a", "strategy": {"maxSurge": 2}})"));
}
