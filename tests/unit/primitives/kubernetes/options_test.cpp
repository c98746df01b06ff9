#include "primitives/kubernetes/options.hpp"

#include "io/formats/json.hpp"
#include "primitives/kubernetes/deployments.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::kubernetes_work;

namespace {

Object parsed(std::string_view text)
{
    return *parse_json(text).value().get<Object>();
}

std::string why(std::string_view options)
{
    const auto object = deployment_of(parsed(options));
    REQUIRE(object.has_error());
    CHECK(object.error().code == Errc::bad_arguments);
    return object.error().message;
}

std::string text(const Result<Object>& object)
{
    return object.has_error() ? object.error().message : to_json(*object);
}

} // namespace

TEST_CASE("a deployment is told by its own label, whatever other labels it has")
{
    CHECK(text(deployment_of(parsed(R"({"name":"web","image":"a:1","replicas":2,"labels":{"tier":"front"}})"))) ==
          R"({"metadata":{"name":"web","labels":{"tier":"front","forager.deployment":"web"}},)"
          R"("spec":{"replicas":2,"selector":{"matchLabels":{"forager.deployment":"web"}},)"
          R"("template":{"metadata":{"labels":{"tier":"front","forager.deployment":"web"}},)"
          R"("spec":{"containers":[{"name":"web","image":"a:1","imagePullPolicy":"IfNotPresent"}]}}}})");
}

TEST_CASE("a dollar arrives as it is, and stands for no variable of Kubernetes")
{
    CHECK(
        text(pod_spec_of(parsed(R"x({"image":"a","command":"kill $$","args":["$(A)"],"env":{"D":"$(A) $$(A)"}})x"),
                         "c")) ==
        R"x({"containers":[{"name":"c","image":"a","imagePullPolicy":"IfNotPresent",)x"
        R"x("command":["/bin/sh","-c","kill $$$$"],"args":["$$(A)"],"env":[{"name":"D","value":"$$(A) $$$$(A)"}]}]})x");
}

TEST_CASE("bytes that are no text are refused before anything is made")
{
    for (const std::string& bad : {std::string("\xff"), std::string("a\0b", 3)}) {
        for (const Object& more :
             {Object{{"command", bad}}, Object{{"args", Value{Array{Value{bad}}}}},
              Object{{"command", Value{Array{Value{bad}}}}}, Object{{"env", Object{{"A", bad}}}}}) {
            Object options = more;
            options.set("image", "a");
            CHECK(pod_spec_of(options, "c").error().code == Errc::bad_arguments);
        }
    }
    CHECK(pod_spec_of(Object{{"image", "a"}, {"command", "echo \xc3\xa5"}}, "c").has_value());
}

TEST_CASE("there are no more replicas than the API can count")
{
    CHECK(why(R"({"name":"web","image":"a","replicas":2147483648})") ==
          "replicas must be from 0 to 2147483647, not 2147483648");
    CHECK(deployment_of(parsed(R"({"name":"web","image":"a","replicas":2147483647})")).has_value());
}

TEST_CASE("what describes a pod becomes its container, limits and node")
{
    CHECK(text(pod_spec_of(parsed(R"({"image":"a","command":["x","y"],"args":[1],"env":{"N":2},"cwd":"/w","cpu":0.5,
        "memory":"64MB","gpus":1,"ports":[80],"pull":"never","node":{"disk":"fast"},"account":"me","pull_secret":"s"})"),
                           "c")) ==
          R"({"containers":[{"name":"c","image":"a","imagePullPolicy":"Never","command":["x","y"],"args":["1"],)"
          R"("env":[{"name":"N","value":"2"}],"ports":[{"containerPort":80}],)"
          R"("resources":{"limits":{"cpu":"500m","memory":"67108864","nvidia.com/gpu":"1"}},"workingDir":"/w"}],)"
          R"("nodeSelector":{"disk":"fast"},"serviceAccountName":"me","imagePullSecrets":[{"name":"s"}]})");
    CHECK(text(pod_spec_of(parsed(R"({"image":"a","command":"ls | wc","cpu":2,"memory":"1Gi"})"), "c")) ==
          R"({"containers":[{"name":"c","image":"a","imagePullPolicy":"IfNotPresent",)"
          R"("command":["/bin/sh","-c","ls | wc"],"resources":{"limits":{"cpu":"2","memory":"1Gi"}}}]})");
}

TEST_CASE("a wrong option is named")
{
    CHECK(why(R"({"image":"a"})") == "name is missing");
    CHECK(why(R"({"name":"a"})") == "image is missing");
    CHECK(why(R"({"name":"a","imgae":"b"})") == "k8s.deploy: there is no option 'imgae', did you mean 'image'?");
    CHECK(why(R"({"name":"a","image":"b","env":{"A":[]}})") == "env 'A' must be a text, not a list");
    CHECK(why(R"({"name":"a","image":"b","args":"x"})") == "args must be a list of words, not a string");
    CHECK(why(R"({"name":"a","image":"b","ports":["x"]})") == "ports must be a list of port numbers");
    CHECK(why(R"({"name":"a","image":"b","pull":"sometimes"})") ==
          "pull must be missing, always or never, not 'sometimes'");
}

TEST_CASE("volumes are mounted in the order of their paths, whatever they are")
{
    CHECK(text(pod_spec_of(parsed(R"({"image":"a","volumes":{"/tmp":{"empty":true},
        "/data":"claim","/conf":{"config_map":"m","read_only":true},"/keys":{"secret":"s","path":"in/it"}}})"),
                           "c")) ==
          R"({"containers":[{"name":"c","image":"a","imagePullPolicy":"IfNotPresent","volumeMounts":[)"
          R"({"name":"volume-1","mountPath":"/conf","readOnly":true},{"name":"volume-2","mountPath":"/data"},)"
          R"({"name":"volume-3","mountPath":"/keys","subPath":"in/it"},{"name":"volume-4","mountPath":"/tmp"}]}],)"
          R"("volumes":[{"configMap":{"name":"m"},"name":"volume-1"},)"
          R"({"persistentVolumeClaim":{"claimName":"claim"},"name":"volume-2"},)"
          R"({"secret":{"secretName":"s"},"name":"volume-3"},{"emptyDir":{},"name":"volume-4"}]})");
}

TEST_CASE("a volume that is wrong is named by its path")
{
    const auto wrong = [](const std::string& volumes) {
        return why(R"({"name":"a","image":"b","volumes":)" + volumes + "}");
    };
    CHECK(wrong(R"({"/a":{}})") == "volumes: '/a' needs one of claim, secret, config_map and empty");
    CHECK(wrong(R"({"/a":{"claim":"c","empty":true}})") ==
          "volumes: '/a' needs one of claim, secret, config_map and empty");
    CHECK(wrong(R"({"a":"c"})") == "volumes: 'a' is no absolute path");
    CHECK(wrong(R"({"/a":3})") == "volumes: '/a' must be the name of a claim, or a table");
    CHECK(wrong(R"({"/a":{"clam":"c"}})") == "volumes: there is no option 'clam', did you mean 'claim'?");
    CHECK(wrong(R"(["c"])") == R"(volumes must be a table of paths, as in { ["/data"] = "claim" })");
}

TEST_CASE("what a pod may do is said of its container, and its group of its volumes, too")
{
    CHECK(
        text(pod_spec_of(parsed(R"({"image":"a","user":"1000:2000","read_only":true,"new_privileges":false})"), "c")) ==
        R"({"containers":[{"name":"c","image":"a","imagePullPolicy":"IfNotPresent","securityContext":)"
        R"({"runAsUser":1000,"runAsGroup":2000,"readOnlyRootFilesystem":true,"allowPrivilegeEscalation":false}}],)"
        R"("securityContext":{"fsGroup":2000}})");
    CHECK(text(pod_spec_of(parsed(R"({"image":"a","user":7})"), "c")) ==
          R"({"containers":[{"name":"c","image":"a","imagePullPolicy":"IfNotPresent",)"
          R"("securityContext":{"runAsUser":7}}]})");
    for (const char* user : {R"("root")", "-1", R"("1:")", R"("1:x")", "1.5"})
        CHECK(why(R"({"name":"a","image":"b","user":)" + std::string{user} + "}") ==
              R"(user must be a number, or a text like "1000" or "1000:2000")");
}

TEST_CASE("a job runs once, and ends a little after its own time limit")
{
    const auto job = job_of(parsed(R"({"image":"a","timeout":1.5})"), "j");
    REQUIRE(job.has_value());
    const auto spec = part<Object>(*job, "spec");
    CHECK(part<std::int64_t>(spec, "backoffLimit") == 0);
    CHECK(part<std::int64_t>(spec, "activeDeadlineSeconds") == 3);
    CHECK(part<std::string>(part<Object>(part<Object>(spec, "template"), "spec"), "restartPolicy") == "Never");
}

TEST_CASE("labels are chosen by a table or a text")
{
    CHECK(labels_option(parsed(R"({"labels":{"a":"b","c":1}})"), "labels").value() == "a=b,c=1");
    CHECK(labels_option(parsed(R"x({"labels":"a in (b, c)"})x"), "labels").value() == "a in (b, c)");
    CHECK(labels_option(parsed("{}"), "labels").value().empty());
    CHECK(labels_option(parsed(R"({"labels":[]})"), "labels").value().empty());
}

TEST_CASE("a rollout is done when all pods are of the present form and available, and no others are left")
{
    const auto of = [](const char* status, int generation = 2) {
        return rollout_of(parsed(R"({"metadata":{"generation":)" + std::to_string(generation) +
                                 R"(},"spec":{"replicas":2},"status":)" + status + "}"));
    };
    CHECK(of(R"({"observedGeneration":2,"replicas":2,"updatedReplicas":2,"readyReplicas":2,"availableReplicas":2})")
              .done);
    CHECK_FALSE(
        of(R"({"observedGeneration":2,"replicas":3,"updatedReplicas":2,"readyReplicas":3,"availableReplicas":3})")
            .done);
    CHECK_FALSE(
        of(R"({"observedGeneration":1,"replicas":2,"updatedReplicas":2,"readyReplicas":2,"availableReplicas":2})")
            .done);
    CHECK_FALSE(of("{}").done);
    const Rollout stuck = of(R"({"observedGeneration":2,"readyReplicas":1,"conditions":[
        {"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded","message":"too slow"}]})");
    CHECK(stuck.given_up == "too slow");
    CHECK(stuck.ready == 1);
    CHECK(rollout_of(parsed(R"({"spec":{"replicas":1},
        "status":{"replicas":2,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1}})"))
              .ready == 0); // it is the old form's
    CHECK(rollout_of(parsed(R"({"spec":{"replicas":0},"status":{}})")).done);
}
