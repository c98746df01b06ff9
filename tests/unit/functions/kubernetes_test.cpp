#include "builtin_world.hpp"
#include "functions/container_executor.hpp"
#include "functions/kubernetes_arguments.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;

namespace {

Invocation with_keywords(std::string function, Object kwargs)
{
    Invocation invocation = calling(std::move(function));
    invocation.kwargs = std::move(kwargs);
    return invocation;
}

std::string refusal(std::string function, std::vector<Value> args)
{
    BuiltinWorld world;
    return world.failure(calling(std::move(function), std::move(args))).message;
}

std::string refusal(std::string function, Object kwargs)
{
    BuiltinWorld world;
    return world.failure(with_keywords(std::move(function), std::move(kwargs))).message;
}

constexpr const char* no_cluster = "Failed to create k8s handler: there is no Kubernetes cluster";

} // namespace

TEST_CASE("the functions of a cluster refuse wrong arguments in upstream's words before they ask for it")
{
    CHECK(refusal("k8s.deploy", std::vector<Value>{7, 1, 1, false, "i"}) ==
          "Invalid argument, deploymentName is not a string: it is of type integer");
    CHECK(refusal("k8s.deploy", std::vector<Value>{"a", "1", 1, false, "i"}) ==
          "Invalid argument, pods is not a int: it is of type string");
    CHECK(refusal("k8s.deploy", std::vector<Value>{"a", 1, nullptr, false, "i"}) ==
          "Invalid argument, executors is not a int: it is of type null");
    CHECK(refusal("k8s.deploy", std::vector<Value>{"a", 1, 1, 0, "i"}) ==
          "Invalid argument, ramdisk is not a bool: it is of type integer");
    CHECK(refusal("k8s.deploy_executor", std::vector<Value>{"a", 1, 1, true, false}) ==
          "Invalid argument, dockerImage is not a string: it is of type boolean");
    CHECK(refusal("k8s.restart", std::vector<Value>{1}) ==
          "Invalid argument, deploymentName is not a string: it is of type integer");
    CHECK(refusal("k8s.containers", std::vector<Value>{1}) ==
          "Invalid argument, podname is not a string: it is of type integer");
    CHECK(refusal("k8s.scale", std::vector<Value>{"a"}) ==
          "Invalid argument: 'pods' is missing; k8s.scale takes deploymentname and pods");
    CHECK(refusal("k8s.list", std::vector<Value>{"a"}) ==
          "Invalid argument: too many arguments: 1; k8s.list takes none");
    CHECK(refusal("k8s.scale", Object{{"deploymentname", "a"}, {"deployment_name", "a"}, {"pods", 1}}) ==
          "Invalid argument: 'deploymentname' is given twice");
    CHECK(refusal("k8s.pods", Object{{"nativ", true}}) ==
          "Invalid argument: there is no keyword argument 'nativ' (did you mean 'native'?)");
    CHECK(refusal("k8s.pods", Object{{"native", 1}}).starts_with("Invalid argument: "));
}

TEST_CASE("without a cluster they say so, whatever they were to do")
{
    CHECK(refusal("k8s.get_deployments", std::vector<Value>{}) == no_cluster);
    CHECK(refusal("k8s.get_pods", std::vector<Value>{}) == no_cluster);
    CHECK(refusal("k8s.deploy", std::vector<Value>{"a", 1.0, 2, true, "i"}) == no_cluster);
    CHECK(refusal("k8s.execute", Object{{"docker-image", "i"}, {"cmd", "true"}}) ==
          "ContainerExecutor: there is no Kubernetes cluster: Failed to execute process");
}

TEST_CASE("arguments come by position and by all their names, numbers without what is behind the point")
{
    const std::vector<KubernetesParameter> parameters{{{"deploymentname", "deployment_name"}, "deploymentName"},
                                                      {{"pods"}, "pods", Type::integer},
                                                      {{"container"}, "container", Type::string, false}};
    const std::vector<std::string> options{"namespace"};
    Invocation invocation = with_keywords("k8s.scale", {{"pods", 2.9}, {"namespace", "n"}, {"container", nullptr}});
    invocation.args = {"web"};
    const auto bound = kubernetes_arguments(invocation, parameters, options);
    REQUIRE(bound);
    CHECK(bound->values == std::vector<Value>{"web", 2, nullptr});
    CHECK(bound->options == Object{{"namespace", "n"}});
    CHECK(kubernetes_arguments(with_keywords("k8s.scale", {{"deployment_name", "web"}, {"pods", 1e300}}), parameters,
                               options)
              .error()
              .message == "Invalid argument, pods is not a int: it is of type number");
}

TEST_CASE("a command in a pod is refused as one in a container is, before any cluster is asked")
{
    CHECK(
        refusal("k8s.execute", Object{{"cmd", "true"}}).starts_with("ContainerExecutor: Failed to parse docker image"));
    CHECK(refusal("k8s.execute", Object{{"docker-image", "i"}}).starts_with("ContainerExecutor: Failed to parse cmd"));
    CHECK(refusal("k8s.execute", Object{{"docker-image", "i"}, {"cmd", "true"}, {"acelerator", "x"}})
              .find("did you mean 'accelerator'?") != std::string::npos);
}

TEST_CASE("how a container ended is said as upstream's executors say it")
{
    Failure end{Errc::exit, "the job ended"};
    end.details = {{"exit_code", 3}};
    CHECK(outcome_of_container(end).error().message ==
          "ContainerExecutor: Exit with an error, exit code = 3: Failed to execute process");
    end.details = {{"exit_code", 137}, {"oom_killed", true}};
    CHECK(outcome_of_container(end).error().message ==
          "ContainerExecutor: OOMKilled, exit code = 137: Failed to execute process");
    const Failure other{Errc::refused, "no"};
    CHECK(outcome_of_container(other).error().message == "ContainerExecutor: no: Failed to execute process");
    CHECK(in_words_of_container_executor(outcome_of_container(other).error()).message ==
          "ContainerExecutor: no: Failed to execute process");
    CHECK(outcome_of_container({}).value().empty());
}
