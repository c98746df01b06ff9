// k8s.execute: one command in a pod of its own, a Job that runs once: what it prints is its log, and it gives nothing.
#include "functions/builtin_function.hpp"
#include "functions/container_executor.hpp"
#include "functions/execute_line.hpp"
#include "functions/kubernetes.hpp"
#include "functions/lines_to_observer.hpp"
#include "functions/with_files.hpp"

#include "base/duration.hpp"
#include "core/options.hpp"
#include "primitives/kubernetes/cluster.hpp"
#include "primitives/kubernetes/jobs.hpp"
#include "primitives/kubernetes/options.hpp"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace forager {

namespace asio = boost::asio;

namespace {

const std::vector<std::string> own_keywords{"accelerator", "node", "account", "pull", "pull_secret", "namespace"};

// Whoever may look at pods sees their environment.
constexpr std::array<std::string_view, 3> private_keys{"COLONIES_PRVKEY", "COLONIES_EXECUTOR_PRVKEY",
                                                       "COLONIES_COLONY_PRVKEY"};

Object environment_of(const Invocation& invocation)
{
    Object env;
    for (const Member& variable : invocation.env)
        if (std::ranges::find(private_keys, variable.name) == private_keys.end())
            env.append(variable.name, as_word(variable.value));
    env.set("COLONIES_PROCESS_ID", invocation.id);
    return env;
}

// Upstream's way to a kind of GPU.
Result<void> add_node(Object& options, const Object& kwargs)
{
    auto node = kubernetes_work::texts_option(kwargs, "node");
    auto accelerator = text_argument(kwargs, "accelerator");
    if (const auto failure = kubernetes_work::first_failure(node, accelerator))
        return *failure;
    if (*accelerator)
        node->set("accelerator", std::move(**accelerator));
    if (!node->empty())
        options.append("node", std::move(*node));
    return {};
}

// What describes the pod, in the words of its options.
Result<Object> pod_wanted_by(const Invocation& invocation)
{
    const Object& kwargs = invocation.kwargs;
    if (auto known = only_execute_keywords(invocation, "k8s.execute", own_keywords); !known)
        return known.error();
    auto image = image_argument(kwargs);
    if (!image)
        return image.error();
    auto line = execute_line(invocation, "k8s.execute");
    if (!line)
        return line.error();
    auto fresh = flag_argument(kwargs, "rebuild-image", false);
    if (!fresh)
        return fresh.error();
    Array command{Value{"sh"}, Value{"-c"}, Value{std::move(*line)}};
    Object options{{"image", std::move(*image)}, {"command", std::move(command)}, {"env", environment_of(invocation)}};
    for (const auto& [keyword, name] :
         {std::pair{"memory", "memory"}, std::pair{"cpus", "cpu"}, std::pair{"gpus", "gpus"},
          std::pair{"account", "account"}, std::pair{"pull_secret", "pull_secret"}})
        if (const Value* value = option(kwargs, keyword))
            options.append(name, *value);
    if (*fresh)
        options.append("pull", "always");
    else if (const Value* pull = option(kwargs, "pull"))
        options.append("pull", *pull);
    if (auto added = add_node(options, kwargs); !added)
        return added.error();
    return options;
}

// For an agent that dies meanwhile, and nobody comes after it.
void add_end(Object& options, const Invocation& invocation, TimePoint now)
{
    std::optional<Duration> left = invocation.timeout;
    if (invocation.deadline)
        left = std::min(left.value_or(Duration::max()), *invocation.deadline - now);
    if (left)
        options.append("timeout", std::max(1.0, to_seconds(*left)));
}

Result<std::string> space_of(const KubernetesCluster& cluster, const Object& kwargs)
{
    auto space = text_argument(kwargs, "namespace");
    if (!space)
        return space.error();
    return space->value_or(cluster.space());
}

Result<kubernetes_work::JobOrder> order_of(KubernetesCluster& cluster, Object options, const Invocation& invocation)
{
    kubernetes_work::JobOrder order;
    add_end(options, invocation, cluster.clock().now());
    order.name = kubernetes_work::fresh_job_name(cluster.chance());
    order.image = part<std::string>(options, "image");
    order.limit = cluster.output_limit();
    auto job = kubernetes_work::job_of(options, order.name);
    auto space = space_of(cluster, invocation.kwargs);
    if (const auto failure = kubernetes_work::first_failure(job, space))
        return *failure;
    order.job = std::move(*job);
    order.space = std::move(*space);
    return order;
}

// Where the pod finds the files that are brought for it: in what the claim holds.
Result<void> show_files(Object& job, const KubernetesCluster& cluster, const FileMounts& mounts)
{
    const std::string& claim = cluster.config().volume;
    if (mounts.empty() && (mounts.mount.empty() || claim.empty()))
        return {};
    if (claim.empty())
        return Failure{Errc::refused, "the process asks for files, and no pod sees them: set [kubernetes] volume "
                                      "(EXECUTOR_K8S_PVC) to the claim that holds [colony] fs_dir"};
    auto place = place_of_mount(mounts.mount.empty() ? "/cfs" : mounts.mount);
    if (!place)
        return place.error();
    kubernetes_work::add_claim(job, claim, *place);
    return {};
}

asio::awaitable<Outcome> run_job(KubernetesCluster& cluster, kubernetes_work::JobOrder order,
                                 const Invocation& invocation, Observer& observer)
{
    LinesToObserver lines{invocation, observer};
    order.say = [&lines](const std::string& why) { lines.say("kubernetes: " + why); };
    const auto done = co_await kubernetes_work::run_job(cluster, std::move(order), &lines);
    co_return outcome_of_container(done ? Result<void>{} : done.error());
}

class KubernetesExecute final : public Handler {
public:
    KubernetesExecute(const KubernetesAccess& kubernetes, const cfs::FilesAccess& files)
        : kubernetes_{kubernetes}, files_{files}
    {
    }

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        auto outcome = co_await execute(invocation, observer);
        if (outcome.has_error())
            co_return in_words_of_container_executor(std::move(outcome).error());
        co_return outcome;
    }

private:
    // What is wrong with the pod is said before any file is brought.
    asio::awaitable<Outcome> execute(const Invocation& invocation, Observer& observer)
    {
        auto wanted = pod_wanted_by(invocation);
        if (!wanted)
            co_return wanted.error();
        auto mounts = files_wanted_by(invocation);
        if (!mounts)
            co_return mounts.error();
        const auto cluster = kubernetes_();
        if (!cluster)
            co_return cluster.error();
        auto order = order_of(**cluster, std::move(*wanted), invocation);
        if (!order)
            co_return order.error();
        if (auto shown = show_files(order->job, **cluster, *mounts); !shown)
            co_return shown.error();
        auto work = run_job(**cluster, std::move(*order), invocation, observer);
        auto outcome = co_await with_files(files_, invocation, observer, std::move(*mounts), std::move(work));
        co_return outcome;
    }

    const KubernetesAccess& kubernetes_;
    const cfs::FilesAccess& files_;
};

} // namespace

void add_kubernetes_execute(Registry& registry, const KubernetesAccess& kubernetes, const cfs::FilesAccess& files)
{
    Function execute;
    execute.name = "k8s.execute";
    execute.doc =
        "Runs one command through the shell of a pod, once; what it prints is its log, and it gives nothing. Keywords: "
        "docker-image, cmd, args, init-cmd (before it), rebuild-image (fetches it anew); {processid} stands for the "
        "id; fs: files of the colony that are brought before it and stored after it; memory, cpus, gpus: its limits; "
        "accelerator, node, account, pull, pull_secret, namespace: where and as whom.";
    execute.parameters = {{"docker-image", Type::string, {}},
                          {"cmd", Type::string, {}},
                          {"args", Type::list, Value{Array{}}},
                          {"init-cmd", Type::string, Value{""}},
                          {"rebuild-image", Type::boolean, Value{false}},
                          {"keep_snapshots", Type::boolean, Value{false}},
                          {"fs", Type::any, Value{}},
                          {"onfailure", Type::boolean, Value{false}},
                          {"memory", Type::any, Value{}},
                          {"cpus", Type::number, Value{}},
                          {"gpus", Type::integer, Value{}}};
    execute.raw = true;
    add_function(registry, std::move(execute), std::make_shared<KubernetesExecute>(kubernetes, files));
    add_sync(registry, "k8s", files);
}

} // namespace forager
