#include "primitives/kubernetes/executors.hpp"

#include "io/formats/json.hpp"
#include "primitives/kubernetes/jobs.hpp"
#include "primitives/kubernetes/options.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::kubernetes_work;

namespace {

ExecutorOrder ordered()
{
    ExecutorOrder order;
    order.name = "web";
    order.image = "a:1";
    order.env = {{"COLONIES_TLS", "true"}, {"COLONIES_PRVKEY", "shown"}};
    order.secrets = {{"COLONIES_PRVKEY", "hidden"}};
    order.origin = "i";
    return order;
}

Object pod_of(const ExecutorOrder& order, const Object& options)
{
    const auto deployment = executors_of(order, options);
    REQUIRE(deployment);
    return part<Object>(part<Object>(part<Object>(*deployment, "spec"), "template"), "spec");
}

Object first_of(const Object& pod)
{
    return *part<Array>(pod, "containers").front().get<Object>();
}

} // namespace

TEST_CASE("each Deployment of executors has a label of its own beside upstream's, and tells who asked for it")
{
    const auto deployment = executors_of(ordered(), {});
    REQUIRE(deployment);
    const Object labels{{"app", "executor"}, {"forager.deployment", "web"}};
    CHECK(part<Object>(*deployment, "metadata") ==
          Object{{"name", "web"}, {"labels", labels}, {"annotations", Object{{"forager.invocation", "i"}}}});
    const auto spec = part<Object>(*deployment, "spec");
    CHECK(part<Object>(spec, "selector") == Object{{"matchLabels", labels}});
    CHECK(part<Object>(part<Object>(spec, "template"), "metadata") == Object{{"labels", labels}});
}

TEST_CASE("containers see what is no secret in the open, secrets by name, and the name of their pod")
{
    ExecutorOrder order = ordered();
    order.per_pod = 2;
    const Object options{{"env", Object{{"OWN", 1}, {"PODNAME", "wrong"}}}, {"memory", "8Mi"}};
    const auto pod = pod_of(order, options);
    const auto secret = secret_of(order, options, "u");
    REQUIRE(secret);
    const auto name = part<std::string>(part<Object>(*secret, "metadata"), "name");
    CHECK(name.starts_with("web-keys-"));
    const Value env = parse_json(R"([{"name":"COLONIES_TLS","value":"true"},{"name":"OWN","value":"1"},
        {"name":"COLONIES_PRVKEY","valueFrom":{"secretKeyRef":{"name":")" +
                                 name + R"(","key":"COLONIES_PRVKEY"}}},
        {"name":"PODNAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}])")
                          .value();
    const auto containers = part<Array>(pod, "containers");
    REQUIRE(containers.size() == 2);
    for (std::size_t i = 0; i < containers.size(); ++i) {
        const auto& container = *containers[i].get<Object>();
        CHECK(part<std::string>(container, "name") == "executor-" + std::to_string(i));
        CHECK(*container.find("env") == env);
    }
}

TEST_CASE("the secret belongs to its Deployment, and there is none without secrets")
{
    ExecutorOrder order = ordered();
    const auto secret = secret_of(order, {{"secrets", Object{{"OTHER", "x"}}}}, "u");
    REQUIRE(secret);
    CHECK(part<Object>(*secret, "stringData") == Object{{"COLONIES_PRVKEY", "hidden"}, {"OTHER", "x"}});
    CHECK(*part<Object>(*secret, "metadata").find("ownerReferences") ==
          parse_json(R"([{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"u"}])").value());
    order.secrets = {};
    CHECK(secret_of(order, {}, "u").value().empty());
}

TEST_CASE("a memory disk is shared by the containers of a pod")
{
    ExecutorOrder order = ordered();
    CHECK(pod_of(order, {}).find("volumes") == nullptr);
    order.ramdisk = true;
    const auto pod = pod_of(order, {{"ramdisk_size", "64Mi"}});
    CHECK(*pod.find("volumes") ==
          parse_json(R"([{"name":"ramdisk","emptyDir":{"medium":"Memory","sizeLimit":"64Mi"}}])").value());
    CHECK(*first_of(pod).find("volumeMounts") == parse_json(R"([{"name":"ramdisk","mountPath":"/ramdisk"}])").value());
}

TEST_CASE("a wrong option of executors is named")
{
    const auto why = [](const Object& options) { return executors_of(ordered(), options).error().message; };
    CHECK(why({{"ramdisk_siz", "1Mi"}}) ==
          "k8s.deploy: there is no option 'ramdisk_siz', did you mean 'ramdisk_size'?");
    CHECK(why({{"secrets", 7}}) == "secrets must be a table of names and texts, not a integer");
}

TEST_CASE("a claim is seen by all containers of a job")
{
    auto job = job_of({{"image", "a"}}, "j");
    REQUIRE(job);
    add_claim(*job, "data", "/cfs");
    const auto pod = part<Object>(part<Object>(part<Object>(*job, "spec"), "template"), "spec");
    CHECK(*pod.find("volumes") ==
          parse_json(R"([{"name":"files","persistentVolumeClaim":{"claimName":"data"}}])").value());
    CHECK(*first_of(pod).find("volumeMounts") == parse_json(R"([{"name":"files","mountPath":"/cfs"}])").value());
}
