#include "primitives/replicas/kubernetes_replicas.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "clients/kubernetes/logs.hpp"
#include "clients/kubernetes/objects.hpp"
#include "clients/kubernetes/pods.hpp"
#include "clients/kubernetes/refusal.hpp"
#include "primitives/kubernetes/cluster.hpp"
#include "primitives/replicas/kubernetes_instance.hpp"
#include "primitives/replicas/kubernetes_marks.hpp"
#include "primitives/replicas/kubernetes_pod.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace forager::replicas {

namespace asio = boost::asio;
using kubernetes::Place;
using kubernetes::Selector;
using reconcile::Deployment;
using reconcile::Instance;
using reconcile::Key;

namespace {

constexpr Duration patience_beyond_grace = std::chrono::seconds{30}; // for a node to let go of what has ended
constexpr Duration pause = std::chrono::milliseconds{200};

Place place_of(const KubernetesCluster& cluster, std::string_view name)
{
    const auto& usual = kubernetes::usual_resources();
    return {*std::ranges::find(usual, name, &kubernetes::Resource::name), cluster.space()};
}

Place pods_of(const KubernetesCluster& cluster)
{
    return place_of(cluster, "pods");
}

Place secrets_of(const KubernetesCluster& cluster)
{
    return place_of(cluster, "secrets");
}

bool is_gone(const Failure& failure)
{
    constexpr int not_found = 404;
    constexpr int conflict = 409; // another one has its name
    const int status = kubernetes::status_of(failure);
    return status == not_found || status == conflict;
}

bool is_of(const Object& pod, const Key& key)
{
    return key_of(pod) == key;
}

// What the server finds wrong with a pod that `check` has nothing against: a rule of this cluster.
Failure refused(Failure failure)
{
    if (failure.code == Errc::bad_arguments)
        failure.code = Errc::refused;
    return failure;
}

Failure taken(const std::string& name)
{
    return {Errc::refused, "the name '" + name + "' is taken by a pod that is not of this document: it is left alone"};
}

Duration patience_for(const Deployment& wanted)
{
    return std::chrono::seconds{grace_seconds(wanted)} + patience_beyond_grace;
}

// Nobody else's, so that what another reconciler of the document leaves is told from what this one needs.
std::string fresh_secret_name(const std::string& pod, Random& chance)
{
    constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";
    constexpr int length = 8;
    std::string name = pod + "-";
    for (int i = 0; i < length; ++i)
        name += letters[chance.next() % letters.size()];
    return name;
}

// For one whose containers have ended nobody waits: its node takes a second or two to tidy up after it.
asio::awaitable<Result<void>> remove_pod(KubernetesCluster& cluster, const Object& pod, std::int64_t grace)
{
    kubernetes::Removal removal;
    removal.uid = kubernetes::uid_of(pod);
    removal.grace_seconds = kubernetes::has_ended(pod) ? 0 : grace;
    const auto removed =
        co_await kubernetes::remove(cluster.client(), pods_of(cluster), kubernetes::name_of(pod), std::move(removal));
    if (removed.has_error() && !is_gone(removed.error()))
        co_return removed.error();
    co_return Result<void>{};
}

// Until there is no such pod any more; one of the same name may be there then.
asio::awaitable<Result<void>> await_end(KubernetesCluster& cluster, std::string name, std::string uid,
                                        Duration patience)
{
    const TimePoint deadline = cluster.clock().now() + patience;
    for (;;) {
        const auto pod = co_await kubernetes::get(cluster.client(), pods_of(cluster), name);
        if (pod.has_value() ? kubernetes::uid_of(*pod) != uid : is_gone(pod.error()))
            co_return Result<void>{};
        if (pod.has_error() && pod.error().code != Errc::unreachable && pod.error().code != Errc::timed_out)
            co_return pod.error();
        if (pod.has_value() && kubernetes::has_ended(*pod))
            (void)co_await remove_pod(cluster, *pod, 0);
        if (cluster.clock().now() >= deadline)
            co_return Failure{Errc::timed_out, "the pod '" + name + "' was to end, and is still there after " +
                                                   to_text(patience) + ": its node may be away"};
        co_await sleep_for(cluster.clock(), pause);
    }
}

// Ends a pod and what it needs, and waits until the node has let go of it.
asio::awaitable<Result<void>> end_pod(KubernetesCluster& cluster, Deployment wanted, Object pod)
{
    auto removed = co_await remove_pod(cluster, pod, grace_seconds(wanted));
    if (removed.has_error())
        co_return removed;
    auto ended = co_await await_end(cluster, kubernetes::name_of(pod), kubernetes::uid_of(pod), patience_for(wanted));
    if (ended.has_error())
        co_return ended;
    // What does not work here the cluster does, or the next look at the document.
    if (const std::string secret = secret_name_in(pod); !secret.empty())
        (void)co_await kubernetes::remove(cluster.client(), secrets_of(cluster), secret, {});
    co_return Result<void>{};
}

// Whether a pod of this name is to be made: there is none, or none any more.
asio::awaitable<Result<bool>> is_free(KubernetesCluster& cluster, Deployment wanted, std::string name)
{
    auto pod = co_await kubernetes::get(cluster.client(), pods_of(cluster), name);
    if (pod.has_error() && is_gone(pod.error()))
        co_return true;
    if (pod.has_error())
        co_return pod.error();
    if (!is_of(*pod, wanted.key))
        co_return taken(name);
    if (instance_of(*pod, cluster.clock().wall()).state != Instance::State::ended)
        co_return false;
    auto ended = co_await end_pod(cluster, std::move(wanted), std::move(*pod));
    if (ended.has_error())
        co_return ended.error();
    co_return true;
}

// Whoever removes the pod, its Secret goes with it.
asio::awaitable<Result<void>> bind_secret(KubernetesCluster& cluster, std::string secret, Object pod)
{
    const auto bound =
        co_await kubernetes::patch(cluster.client(), secrets_of(cluster), std::move(secret), ownership_of(pod));
    if (bound.has_error())
        co_return bound.error();
    co_return Result<void>{};
}

asio::awaitable<Result<void>> make(KubernetesCluster& cluster, Deployment wanted, NewReplica replica,
                                   std::string secret)
{
    const auto told =
        co_await kubernetes::create(cluster.client(), secrets_of(cluster), secret_of(wanted, replica, secret));
    if (told.has_error())
        co_return refused(told.error());
    auto pod = co_await kubernetes::create(cluster.client(), pods_of(cluster), pod_of(wanted, replica, secret));
    if (pod.has_error() && kubernetes::reason_of(pod.error()) == "AlreadyExists")
        co_return taken(replica.name);
    if (pod.has_error())
        co_return refused(pod.error());
    const auto bound = co_await bind_secret(cluster, std::move(secret), std::move(*pod));
    if (bound.has_error() && is_gone(bound.error())) // another reconciler took it for a leftover
        co_return Failure{Errc::refused, "the Secret of '" + replica.name + "' was removed while its pod was made: " +
                                             "another reconciler keeps the same document"};
    co_return Result<void>{}; // what is not bound now is bound by the next look at the document
}

// Of one that was not made to its end, whatever the server has taken up of it. When nobody can be asked, both stay:
// the pod is found by the next look at the document.
asio::awaitable<void> take_back(KubernetesCluster& cluster, std::string name, std::string secret)
{
    const auto pod = co_await kubernetes::get(cluster.client(), pods_of(cluster), name);
    if (pod.has_error() && !is_gone(pod.error()))
        co_return;
    if (pod.has_value() && secret_name_in(*pod) == secret) {
        kubernetes::Removal removal;
        removal.uid = kubernetes::uid_of(*pod);
        (void)co_await kubernetes::remove(cluster.client(), pods_of(cluster), std::move(name), std::move(removal));
    }
    (void)co_await kubernetes::remove(cluster.client(), secrets_of(cluster), std::move(secret), {});
}

bool has_owner(const Object& object)
{
    return !part<Array>(part<Object>(object, "metadata"), "ownerReferences").empty();
}

// The last line of what it has printed, for people: the pod is removed soon, and its output with it.
asio::awaitable<std::string> last_words(KubernetesCluster& cluster, std::string pod)
{
    constexpr std::size_t most = 300;
    kubernetes::LogOptions options;
    options.container = replica_container;
    options.tail = 1;
    options.limit = most;
    auto words = co_await kubernetes::logs(cluster.client(), cluster.space(), std::move(pod), std::move(options));
    co_return words.has_value() ? std::string{trimmed(printable(*words))} : std::string{};
}

asio::awaitable<Instance> look_at(KubernetesCluster& cluster, Object pod)
{
    Instance instance = instance_of(pod, cluster.clock().wall());
    if (kubernetes::is_being_deleted(pod) || instance.exit_code.value_or(0) == 0)
        co_return instance;
    if (const std::string words = co_await last_words(cluster, instance.name); !words.empty())
        instance.trouble += ", after it said: " + words;
    co_return instance;
}

// Who may not see Secrets has none to look after.
asio::awaitable<Result<Array>> secrets_by(KubernetesCluster& cluster, Selector selector)
{
    constexpr int forbidden = 403;
    auto page = co_await kubernetes::list(cluster.client(), secrets_of(cluster), std::move(selector));
    if (page.has_error() && kubernetes::status_of(page.error()) == forbidden)
        co_return Array{};
    if (page.has_error())
        co_return page.error();
    co_return std::move(page->items);
}

} // namespace

std::string KubernetesReplicas::place() const
{
    const auto cluster = kubernetes_();
    return cluster.has_value() ? (*cluster)->config().client.access.server + " " + (*cluster)->space() : "";
}

Result<void> KubernetesReplicas::check(const Deployment& wanted) const
{
    return check_pod(wanted);
}

asio::awaitable<Result<std::vector<Instance>>> KubernetesReplicas::list(Key key)
{
    const auto cluster = kubernetes_();
    if (cluster.has_error())
        co_return cluster.error();
    const Selector selector{selector_of(key), ""};
    auto secrets = co_await secrets_by(**cluster, selector); // first: what is made meanwhile is not taken for left
    if (secrets.has_error())
        co_return secrets.error();
    const auto pods = co_await kubernetes::list((*cluster)->client(), pods_of(**cluster), selector);
    if (pods.has_error())
        co_return pods.error();
    std::vector<Instance> instances;
    for (const Value& pod : pods->items)
        if (is_of(*pod.get<Object>(), key))
            instances.push_back(co_await look_at(**cluster, *pod.get<Object>()));
    std::ranges::sort(instances, {}, &Instance::name);
    co_await tidy(**cluster, std::move(*secrets), pods->items);
    co_return instances;
}

// Secrets that a program which died has left: they get their pod as owner, or are removed.
asio::awaitable<void> KubernetesReplicas::tidy(KubernetesCluster& cluster, Array secrets, Array pods)
{
    for (const Value& item : secrets) {
        const auto& secret = *item.get<Object>();
        const std::string name = kubernetes::name_of(secret);
        if (has_owner(secret) || making_.contains(name))
            continue;
        const auto needs_it = [&name](const Value& pod) { return secret_name_in(*pod.get<Object>()) == name; };
        if (const auto pod = std::ranges::find_if(pods, needs_it); pod != pods.end()) {
            (void)co_await bind_secret(cluster, name, *pod->get<Object>());
            continue;
        }
        kubernetes::Removal removal;
        removal.uid = kubernetes::uid_of(secret);
        removal.version = kubernetes::version_of(secret); // another reconciler may have made its pod since
        (void)co_await kubernetes::remove(cluster.client(), secrets_of(cluster), name, std::move(removal));
    }
}

asio::awaitable<Result<void>> KubernetesReplicas::start(Deployment wanted, NewReplica replica)
{
    const auto access = kubernetes_();
    if (access.has_error())
        co_return access.error();
    KubernetesCluster& cluster = **access;
    auto free = co_await is_free(cluster, wanted, replica.name);
    if (free.has_error())
        co_return free.error();
    if (!*free)
        co_return Result<void>{};
    const std::string name = replica.name;
    const std::string secret = fresh_secret_name(name, cluster.chance());
    making_.insert(secret);
    Result<void> made;
    std::exception_ptr thrown;
    try {
        made = co_await make(cluster, std::move(wanted), std::move(replica), secret);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown)
        co_await asio::this_coro::reset_cancellation_state();
    if (thrown || made.has_error())
        co_await take_back(cluster, name, secret);
    making_.erase(secret);
    if (thrown)
        std::rethrow_exception(thrown);
    co_return made;
}

asio::awaitable<Result<void>> KubernetesReplicas::stop(Deployment wanted, Instance instance)
{
    const auto access = kubernetes_();
    if (access.has_error())
        co_return access.error();
    KubernetesCluster& cluster = **access;
    auto pod = co_await kubernetes::get(cluster.client(), pods_of(cluster), instance.name);
    if (pod.has_error() && is_gone(pod.error()))
        co_return Result<void>{};
    if (pod.has_error())
        co_return pod.error();
    const bool is_another = !instance.id.empty() && kubernetes::uid_of(*pod) != instance.id;
    if (is_another || !is_of(*pod, wanted.key))
        co_return Result<void>{};
    auto ended = co_await end_pod(cluster, std::move(wanted), std::move(*pod));
    co_return ended;
}

asio::awaitable<Result<std::vector<Key>>> KubernetesReplicas::keys(std::string origin)
{
    const auto cluster = kubernetes_();
    if (cluster.has_error())
        co_return cluster.error();
    const Selector selector{selector_of_origin(origin), ""};
    auto objects = co_await secrets_by(**cluster, selector);
    if (objects.has_error())
        co_return objects.error();
    const auto pods = co_await kubernetes::list((*cluster)->client(), pods_of(**cluster), selector);
    if (pods.has_error())
        co_return pods.error();
    objects->insert(objects->end(), pods->items.begin(), pods->items.end());
    std::set<Key> keys;
    for (const Value& object : *objects)
        if (auto key = key_of(*object.get<Object>()); key && key->origin == origin)
            keys.insert(std::move(*key));
    co_return std::vector<Key>{keys.begin(), keys.end()};
}

asio::awaitable<Failure> KubernetesReplicas::watch(std::function<void(const Key& key)> changed)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto cluster = kubernetes_();
    if (cluster.has_error())
        co_return cluster.error();
    const auto changes = (*cluster)->watches().subscribe(executor, pods_of(**cluster), Selector{key_label, ""});
    changed({});
    // What is there at the beginning is told, too: it may have changed since somebody looked.
    for (;;) {
        auto change = co_await changes->next();
        if (change.has_error())
            co_return change.error();
        if (const auto key = key_of(*change->object))
            changed(*key);
    }
}

} // namespace forager::replicas
