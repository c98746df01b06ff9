// Objects, pods and jobs of a Kubernetes cluster.
#include "scripting/bindings/bindings.hpp"

#include "primitives/kubernetes/cluster.hpp"
#include "primitives/kubernetes/copying.hpp"
#include "primitives/kubernetes/deployments.hpp"
#include "primitives/kubernetes/exec.hpp"
#include "primitives/kubernetes/jobs.hpp"
#include "primitives/kubernetes/logs.hpp"
#include "primitives/kubernetes/objects.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/bindings/command_options.hpp"
#include "scripting/bindings/feeds.hpp"
#include "scripting/bindings/keeping.hpp"
#include "scripting/script.hpp"

#include <optional>
#include <string>
#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// A binding of a function that takes the cluster and the request's arguments.
template <auto work> asio::awaitable<Outcome> asked(Request request)
{
    const auto cluster = request.script.world().kubernetes();
    if (!cluster)
        return failed(cluster.error());
    return work(**cluster, request);
}

// What hears the lines of a call: the queue that the script reads from, which must be there as long as the call.
template <auto work> asio::awaitable<Outcome> with_lines(Request request)
{
    const auto cluster = request.script.world().kubernetes();
    if (!cluster)
        co_return cluster.error();
    const auto lines = line_queue(request);
    auto outcome = co_await work(**cluster, request, lines.get());
    co_return outcome;
}

// (options)
asio::awaitable<Outcome> deploy(KubernetesCluster& cluster, const Request& request)
{
    return one(kubernetes_work::deploy(cluster, table(request, 0)));
}

// (name, options)
asio::awaitable<Outcome> wait_ready(KubernetesCluster& cluster, const Request& request)
{
    return one(kubernetes_work::wait_ready(cluster, text(request, 0), table(request, 1)));
}

// (name, replicas, options)
asio::awaitable<Outcome> scale(KubernetesCluster& cluster, const Request& request)
{
    return none(kubernetes_work::scale(cluster, text(request, 0), whole(request, 1), table(request, 2)));
}

// (resource, name, options): nothing when there is none.
asio::awaitable<Outcome> get(Request request)
{
    const auto cluster = request.script.world().kubernetes();
    if (!cluster)
        co_return cluster.error();
    auto object = co_await kubernetes_work::get(**cluster, text(request, 0), text(request, 1), table(request, 2));
    if (!object)
        co_return object.error();
    co_return object->is_null() ? Outputs{} : Outputs{std::move(*object)};
}

// (resource, options)
asio::awaitable<Outcome> list(KubernetesCluster& cluster, const Request& request)
{
    return one(kubernetes_work::list(cluster, text(request, 0), table(request, 1)));
}

// (object, options)
asio::awaitable<Outcome> apply(KubernetesCluster& cluster, const Request& request)
{
    return one(kubernetes_work::apply(cluster, table(request, 0), table(request, 1)));
}

// (resource, name, options)
asio::awaitable<Outcome> remove(KubernetesCluster& cluster, const Request& request)
{
    return one(kubernetes_work::remove(cluster, text(request, 0), text(request, 1), table(request, 2)));
}

// (options, lines, pod)
asio::awaitable<Outcome> logs(KubernetesCluster& cluster, const Request& request, LineSink* lines)
{
    return one(kubernetes_work::logs(cluster, text(request, 2), table(request, 0), lines));
}

std::string words_of(const Object& options)
{
    const auto image = part<std::string>(options, "image");
    const auto command = part<std::string>(options, "command");
    return command.empty() ? image : image + " " + command;
}

asio::awaitable<Outcome> job(Request request, std::optional<Keep> keep)
{
    const auto cluster = request.script.world().kubernetes();
    if (!cluster)
        co_return cluster.error();
    Object options = table(request, 0);
    if (keep)
        tell_of_adoption(*keep, request, words_of(options));
    const auto lines = line_queue(request);
    auto outcome =
        co_await completed(kubernetes_work::run_job(**cluster, std::move(options), lines.get(), std::move(keep)));
    co_return outcome;
}

// (options, lines)
asio::awaitable<Outcome> run_job(Request request)
{
    auto keep = keep_of(request, "job");
    return job(std::move(request), std::move(keep));
}

// (options, lines, pod, command)
asio::awaitable<Outcome> exec(KubernetesCluster& cluster, const Request& request, LineSink* lines)
{
    auto wanted = kubernetes_work::command_of(cluster, text(request, 2), request.arg(3), table(request, 0));
    if (!wanted)
        return failed(wanted.error());
    wanted->lines = lines;
    return completed(kubernetes_work::exec(cluster, std::move(*wanted)));
}

// (pod, from, to, options)
template <auto work> asio::awaitable<Outcome> copy(KubernetesCluster& cluster, const Request& request)
{
    return none(work(cluster, text(request, 0), text(request, 1), text(request, 2), table(request, 3)));
}

// (resource, options): a number that stands for it.
asio::awaitable<Outcome> open_watch(Request request)
{
    const auto cluster = request.script.world().kubernetes();
    if (!cluster)
        co_return cluster.error();
    if (auto room = room_for_feed(request, "k8s.watch"); room.has_error())
        co_return room.error();
    auto feed = co_await kubernetes_work::watch(**cluster, text(request, 0), table(request, 1));
    if (!feed)
        co_return feed.error();
    co_return Outputs{Value{request.script.keep_feed(std::move(*feed))}};
}

constexpr const char* object_stub = R"({"apiVersion":"","kind":"","metadata":{"name":"","namespace":"","uid":"",
    "resourceVersion":"","creationTimestamp":"","labels":{}},"spec":{},"status":{}})";
constexpr const char* completed_stub = R"({"stdout":"","stderr":"","code":0,"seconds":0.0})";

constexpr Binding bindings[] = {
    {"k8s_deploy", Outside{asked<deploy>}, object_stub},
    {"k8s_wait_ready", Outside{asked<wait_ready>}, object_stub},
    {"k8s_scale", Outside{asked<scale>}},
    {"k8s_get", Outside{get}, object_stub},
    {"k8s_list", Outside{asked<list>}, "[]"},
    {"k8s_apply", Outside{asked<apply>}, object_stub},
    {"k8s_delete", Outside{asked<remove>}, "true"},
    {"k8s_logs", Outside{with_lines<logs>}, R"("")"},
    {"k8s_run_job", Outside{run_job}, completed_stub},
    {"k8s_exec", Outside{with_lines<exec>}, completed_stub},
    {"k8s_copy_in", Outside{asked<copy<kubernetes_work::copy_in>>}},
    {"k8s_copy_out", Outside{asked<copy<kubernetes_work::copy_out>>}},
    {"k8s_open_watch", Outside{open_watch, "k8s.watch"}, "0"},
};

} // namespace

std::span<const Binding> kubernetes_bindings()
{
    return bindings;
}

} // namespace forager::scripting
