#include "primitives/replicas/kubernetes_pod.hpp"

#include "io/formats/json.hpp"
#include "primitives/replicas/kubernetes_marks.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace forager;
using namespace forager::reconcile;
using namespace forager::replicas;
using namespace std::chrono_literals;

namespace {

Deployment deployment()
{
    Deployment wanted;
    wanted.key = {"", "lab", "ExecutorDeployment", "web"};
    wanted.id = "abc12345";
    wanted.generation = 7;
    wanted.replica.image = "team/reader:3";
    return wanted;
}

NewReplica replica()
{
    NewReplica replica;
    replica.name = "web-abc12345-0";
    replica.executor = "web-abc12345-0-7";
    replica.env = {{"A", "1"}, {"COLONIES_PRVKEY", "hidden"}};
    return replica;
}

Object spec_of(const Deployment& wanted)
{
    return part<Object>(pod_of(wanted, replica(), "secret"), "spec");
}

Object container_of(const Deployment& wanted)
{
    return *part<Array>(spec_of(wanted), "containers").at(0).get<Object>();
}

std::string json(const Object& object, const char* name)
{
    const Value* value = object.find(name);
    return value == nullptr ? "" : to_json(*value);
}

// The message of the refusal; its field stands in front.
std::string refusal(const Deployment& wanted)
{
    const auto fine = check_pod(wanted);
    if (fine)
        return "";
    CHECK(fine.error().code == Errc::bad_arguments);
    const auto field = part<std::string>(fine.error().details, "field");
    CHECK(fine.error().message.starts_with(field + ": "));
    return fine.error().message;
}

template <class Change> std::string refusal_of(Change change)
{
    Deployment wanted = deployment();
    change(wanted);
    return refusal(wanted);
}

template <class Change> std::string field_of(Change change)
{
    const std::string message = refusal_of(change);
    return message.substr(0, message.find(": "));
}

} // namespace

TEST_CASE("a pod says whose it is, and has its environment in a Secret alone")
{
    const Object pod = pod_of(deployment(), replica(), "web-abc12345-0-x");
    CHECK(to_json(pod).find("hidden") == std::string::npos);
    CHECK(secret_name_in(pod) == "web-abc12345-0-x");
    const auto metadata = part<Object>(pod, "metadata");
    CHECK(part<std::string>(metadata, "name") == "web-abc12345-0");
    CHECK(key_of(pod) == deployment().key);
    CHECK(label_of(pod, "origin").empty());
    CHECK(label_of(pod, "kind") == "ExecutorDeployment");
    CHECK(label_of(pod, "name") == "web");
    CHECK(label_of(pod, "id") == "abc12345");
    CHECK(label_of(pod, "print") == print_of(deployment().replica));
    CHECK(note_of(pod, "space") == "lab");
    CHECK(note_of(pod, "generation") == "7");
    CHECK(note_of(pod, "executor") == "web-abc12345-0-7");
    const auto labels = part<Object>(metadata, "labels");
    CHECK(part<std::string>(labels, "colonies.deployment") == "web");
    CHECK(part<std::string>(labels, "colonies.managed") == "true");
    CHECK(part<std::string>(labels, "colonies.generation") == "7");
    CHECK(part<std::string>(labels, "colonies.executor") == "web-abc12345-0-7");
    CHECK(selector_of(deployment().key) == "forager.reconcile/key=" + label_of(pod, "key"));
}

TEST_CASE("the Secret of a pod has all of its environment, and the same marks")
{
    const Object secret = secret_of(deployment(), replica(), "web-abc12345-0-x");
    CHECK(json(secret, "stringData") == R"({"A":"1","COLONIES_PRVKEY":"hidden"})");
    CHECK(key_of(secret) == deployment().key);
    CHECK(label_of(secret, "replica") == "web-abc12345-0");
    const Object pod{{"metadata", Object{{"name", "web-0"}, {"uid", "u"}}}};
    CHECK(to_json(Value{ownership_of(pod)}) ==
          R"({"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"web-0","uid":"u"}]}})");
}

TEST_CASE("a pod that says nothing has what Kubernetes gives it, and ends for good")
{
    const Object spec = spec_of(deployment());
    CHECK(json(spec, "restartPolicy") == R"("Never")");
    CHECK(json(spec, "terminationGracePeriodSeconds") == "10");
    CHECK(to_json(Value{container_of(deployment())}) ==
          R"({"name":"replica","image":"team/reader:3","imagePullPolicy":"IfNotPresent",)"
          R"("envFrom":[{"secretRef":{"name":"secret"}}]})");
}

TEST_CASE("words arrive as they are")
{
    Deployment wanted = deployment();
    wanted.replica.entrypoint = {{"/bin/sh", "-c"}};
    wanted.replica.command = {{"echo $HOME $(A) $$"}};
    const Object container = container_of(wanted);
    CHECK(json(container, "command") == R"(["/bin/sh","-c"])");
    CHECK(json(container, "args") == R"(["echo $$HOME $$(A) $$$$"])");
}

TEST_CASE("what a document says of its replicas a pod says, too")
{
    Deployment wanted = deployment();
    wanted.grace = 1500ms;
    wanted.replica.cpu = 0.25;
    wanted.replica.memory = 64U << 20;
    wanted.replica.user = "7:8";
    wanted.replica.cwd = "/tmp";
    wanted.replica.privileged = true;
    wanted.replica.labels = {{"crop", "oats"}, {"example.org/team", "a"}};
    wanted.replica.volumes.resize(2);
    wanted.replica.volumes[0].source = "/srv";
    wanted.replica.volumes[0].target = "/in";
    wanted.replica.volumes[0].read_only = true;
    wanted.replica.volumes[1].source = "claim";
    wanted.replica.volumes[1].target = "/data";
    wanted.replica.ports.resize(2);
    wanted.replica.ports[0].container = 80;
    wanted.replica.ports[0].host = 8080;
    wanted.replica.ports[1].container = 53;
    wanted.replica.ports[1].protocol = "udp";
    REQUIRE(check_pod(wanted));
    const Object spec = spec_of(wanted);
    const Object container = container_of(wanted);
    CHECK(json(spec, "terminationGracePeriodSeconds") == "2");
    CHECK(json(spec, "securityContext") == R"({"fsGroup":8})");
    CHECK(json(spec, "volumes") == R"([{"name":"volume-1","hostPath":{"path":"/srv"}},)"
                                   R"({"name":"volume-2","persistentVolumeClaim":{"claimName":"claim"}}])");
    CHECK(json(container, "volumeMounts") == R"([{"name":"volume-1","mountPath":"/in","readOnly":true},)"
                                             R"({"name":"volume-2","mountPath":"/data"}])");
    CHECK(json(container, "resources") ==
          R"({"requests":{"cpu":"250m","memory":"67108864"},"limits":{"cpu":"250m","memory":"67108864"}})");
    CHECK(json(container, "securityContext") == R"({"runAsUser":7,"runAsGroup":8,"privileged":true})");
    CHECK(json(container, "workingDir") == R"("/tmp")");
    CHECK(json(container, "ports") == R"([{"containerPort":80,"protocol":"TCP","hostPort":8080},)"
                                      R"({"containerPort":53,"protocol":"UDP"}])");
    const auto labels = part<Object>(part<Object>(pod_of(wanted, replica(), "s"), "metadata"), "labels");
    CHECK(part<std::string>(labels, "crop") == "oats");
    CHECK(part<std::string>(labels, "example.org/team") == "a");
}

TEST_CASE("a health check is a probe in whole seconds")
{
    Deployment wanted = deployment();
    wanted.replica.health.emplace();
    wanted.replica.health->command = {"test", "$A"};
    wanted.replica.health->interval = 200ms;
    wanted.replica.health->timeout = 1500ms;
    CHECK(json(container_of(wanted), "readinessProbe") ==
          R"({"exec":{"command":["test","$$A"]},"periodSeconds":1,"timeoutSeconds":2,"failureThreshold":3})");
}

TEST_CASE("no pod is told to end without any time for it")
{
    Deployment wanted = deployment();
    wanted.grace = Duration{};
    CHECK(grace_seconds(wanted) == 1);
}

TEST_CASE("what no label can hold is found by its hash, and told in full")
{
    Deployment wanted = deployment();
    wanted.key.kind = "A kind with blanks";
    wanted.key.name = std::string(80, 'n');
    wanted.key.origin = "über";
    const Object pod = pod_of(wanted, replica(), "secret");
    for (const char* name : {"kind", "name", "origin"}) {
        CHECK(label_of(pod, name).starts_with("hash-"));
        CHECK(is_label_value(label_of(pod, name)));
    }
    CHECK(key_of(pod) == wanted.key);
    CHECK(selector_of_origin("über") == "forager.reconcile/key,forager.reconcile/origin=" + label_of(pod, "origin"));
    CHECK(selector_of_origin("colony") == "forager.reconcile/key,forager.reconcile/origin=colony");
}

TEST_CASE("what somebody has given other marks is nobody's")
{
    Object pod = pod_of(deployment(), replica(), "secret");
    pod.find("metadata")->get<Object>()->find("annotations")->get<Object>()->set("forager.reconcile/name", "other");
    CHECK_FALSE(key_of(pod));
    CHECK_FALSE(key_of(Object{}));
}

TEST_CASE("keys that differ in one part alone have other labels")
{
    const Key key{"a", "b", "c", "d"};
    for (const Key& other :
         {Key{"", "b", "c", "d"}, Key{"a", "", "c", "d"}, Key{"a", "b", "cd", ""}, Key{"ab", "", "c", "d"}})
        CHECK(selector_of(other) != selector_of(key));
}

TEST_CASE("names as Kubernetes has them")
{
    CHECK(is_network_name("a-1"));
    for (const std::string name : {"", "A", "-a", "a-", "a.b", "a_b"})
        CHECK_FALSE(is_network_name(name));
    CHECK_FALSE(is_network_name(std::string(64, 'a')));
    CHECK(is_domain_name("a-1.b"));
    for (const std::string name : {"", "a..b", ".a", "a.", "A.b"})
        CHECK_FALSE(is_domain_name(name));
    CHECK(is_label_name("a.B_c-d"));
    CHECK(is_label_name("example.org/a"));
    for (const std::string name : {"", "/a", "a/", "a/b/c", "-a", "Example.org/a"})
        CHECK_FALSE(is_label_name(name));
    CHECK(is_label_value(""));
    for (const std::string text : {"a b", "-a", "a-", "ä"})
        CHECK_FALSE(is_label_value(text));
}

TEST_CASE("what no pod can be is refused with its field")
{
    CHECK(refusal(deployment()).empty());
    CHECK(refusal_of([](Deployment& wanted) { wanted.replica.image.clear(); }) ==
          "spec.image: is missing: a pod needs an image");
    CHECK(field_of([](Deployment& wanted) { wanted.key.name = "No Name"; }) == "metadata.name");
    CHECK(field_of([](Deployment& wanted) { wanted.key.name = std::string(50, 'n'); }) == "metadata.name");
    CHECK(field_of([](Deployment& wanted) { wanted.replica.network = "lab"; }) == "spec.network");
    CHECK(field_of([](Deployment& wanted) { wanted.replica.user = "nobody"; }) == "spec.user");
    CHECK(field_of([](Deployment& wanted) { wanted.replica.env = {{"not a key", "x"}}; }) == "spec.env.not a key");
    CHECK(field_of([](Deployment& wanted) { wanted.replica.env = {{"1A", "x"}}; }) == "spec.env.1A");
    CHECK(field_of([](Deployment& wanted) { wanted.replica.env = {{"A", std::string(1, '\0')}}; }) == "spec.env.A");
    CHECK(field_of([](Deployment& wanted) { wanted.replica.command = {{"a\xff"}}; }) == "spec.command");
    CHECK(field_of([](Deployment& wanted) { wanted.replica.entrypoint = {{"a\xff"}}; }) == "spec.entrypoint");
    CHECK(field_of([](Deployment& wanted) { wanted.replica.labels = {{"a b", "x"}}; }) == "spec.labels.a b");
    CHECK(field_of([](Deployment& wanted) { wanted.replica.labels = {{"a", "x y"}}; }) == "spec.labels.a");
    for (const std::string label : {"colonies.managed", "forager.reconcile/key"})
        CHECK(field_of([&label](Deployment& wanted) { wanted.replica.labels = {{label, "x"}}; }) ==
              "spec.labels." + label);
}

TEST_CASE("volumes and ports that no pod can have are refused with their place")
{
    const auto volumes = [](std::string source, std::string target) {
        return field_of([&](Deployment& wanted) {
            wanted.replica.volumes.resize(2);
            wanted.replica.volumes[0].source = "/srv";
            wanted.replica.volumes[0].target = "/in";
            wanted.replica.volumes[1].source = source;
            wanted.replica.volumes[1].target = target;
        });
    };
    CHECK(volumes("/b", "/out").empty());
    CHECK(volumes("claim.x", "/out").empty());
    CHECK(volumes("./x", "/out") == "spec.volumes[1]");
    CHECK(volumes("/b", "out") == "spec.volumes[1]");
    CHECK(volumes("/b", "/out:ro") == "spec.volumes[1]");
    CHECK(volumes("/b", "/in") == "spec.volumes[1]");
    CHECK(field_of([](Deployment& wanted) {
              wanted.replica.ports.resize(1);
              wanted.replica.ports[0].protocol = "steam";
          }) == "spec.ports[0]");
}
