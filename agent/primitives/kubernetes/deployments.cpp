#include "primitives/kubernetes/deployments.hpp"

#include "base/duration.hpp"
#include "clients/kubernetes/objects.hpp"
#include "clients/kubernetes/pods.hpp"
#include "core/options.hpp"
#include "ports/within.hpp"
#include "primitives/kubernetes/objects.hpp"
#include "primitives/kubernetes/options.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace forager::kubernetes_work {

namespace asio = boost::asio;
using kubernetes::Change;
using kubernetes::Selector;

namespace {

constexpr Duration usual_patience = std::chrono::minutes{5};
constexpr const char* manager = "forager";

std::string progress_text(const std::string& name, const Rollout& rollout)
{
    return "of deployment '" + name + "' " + std::to_string(rollout.ready) + " of " + std::to_string(rollout.wanted) +
           " pods are ready";
}

// Hears of a Deployment until it is ready or lost. `seen` is how far it was last.
asio::awaitable<Result<Object>> ready(std::shared_ptr<Subscription> changes, std::string name, Rollout* seen)
{
    for (;;) {
        auto change = co_await changes->next();
        if (change.has_error())
            co_return change.error();
        if (kubernetes::name_of(*change->object) != name)
            continue;
        if (change->type == Change::Type::deleted)
            co_return Failure{Errc::not_found, "deployment '" + name + "' was removed before it was ready"};
        *seen = rollout_of(*change->object);
        if (seen->done)
            co_return *change->object;
        if (!seen->given_up.empty())
            co_return Failure{Errc::refused, progress_text(name, *seen) + ": " + seen->given_up};
    }
}

// { "type": "Warning", "reason": …, "message": … } about objects of these names; each text once.
std::string warnings_in(const Array& events, const std::set<std::string>& names)
{
    std::set<std::string> texts;
    for (const Value& item : events) {
        const auto* event = item.get<Object>();
        if (event != nullptr && part<std::string>(*event, "type") == "Warning" &&
            names.contains(part<std::string>(part<Object>(*event, "involvedObject"), "name")))
            texts.insert(part<std::string>(*event, "reason") + ": " + part<std::string>(*event, "message"));
    }
    constexpr std::size_t most = 3;
    std::string text;
    for (const std::string& one : texts)
        if (texts.size() <= most || text.size() < most * 200)
            text += (text.empty() ? "" : "; ") + one;
    return text;
}

asio::awaitable<Failure> explained(KubernetesCluster& cluster, std::string space, std::string name, Failure failure)
{
    auto pods = co_await pods_of(cluster, space, std::move(name));
    if (pods.has_error())
        co_return failure;
    const std::string trouble = co_await trouble_with(cluster, std::move(space), std::move(*pods));
    if (!trouble.empty())
        failure.message += ": " + trouble;
    co_return failure;
}

} // namespace

Rollout rollout_of(const Object& deployment)
{
    const auto spec = part<Object>(deployment, "spec");
    const auto status = part<Object>(deployment, "status");
    const auto number = [&](const char* name) { return part<std::int64_t>(status, name); };
    const Value* replicas = spec.find("replicas");
    const auto* wanted = replicas == nullptr ? nullptr : replicas->get<std::int64_t>();
    Rollout rollout;
    rollout.wanted = wanted == nullptr ? 1 : *wanted;
    const std::int64_t of_old_form = number("replicas") - number("updatedReplicas"); // they are ready as a rule
    rollout.ready = std::max<std::int64_t>(number("readyReplicas") - of_old_form, 0);
    const bool is_seen =
        number("observedGeneration") >= part<std::int64_t>(part<Object>(deployment, "metadata"), "generation");
    rollout.done = is_seen && number("updatedReplicas") == rollout.wanted && number("replicas") == rollout.wanted &&
                   number("availableReplicas") == rollout.wanted;
    for (const Value& item : part<Array>(status, "conditions"))
        if (const auto* condition = item.get<Object>();
            condition != nullptr && is_seen && part<std::string>(*condition, "reason") == "ProgressDeadlineExceeded")
            rollout.given_up = part<std::string>(*condition, "message");
    return rollout;
}

asio::awaitable<std::string> warnings_about(KubernetesCluster& cluster, std::string space, std::set<std::string> names)
{
    auto events = co_await cluster.discovery().named("events");
    if (events.has_error())
        co_return std::string{};
    const auto told =
        co_await kubernetes::list(cluster.client(), {std::move(*events), std::move(space)}, {"", "type=Warning"});
    co_return told.has_value() ? warnings_in(told->items, names) : std::string{};
}

asio::awaitable<std::string> trouble_with(KubernetesCluster& cluster, std::string space, Selector pods)
{
    const auto& usual = kubernetes::usual_resources();
    auto found = co_await kubernetes::list(cluster.client(), {usual.front(), space}, std::move(pods));
    if (found.has_error())
        co_return std::string{};
    std::string trouble;
    std::set<std::string> names;
    for (const Value& item : found->items) {
        const auto* pod = item.get<Object>();
        names.insert(kubernetes::name_of(*pod));
        if (trouble.empty())
            trouble = kubernetes::trouble_of(*pod);
    }
    const std::string warnings = co_await warnings_about(cluster, std::move(space), std::move(names));
    const bool both = !trouble.empty() && !warnings.empty();
    co_return trouble + (both ? " (" + warnings + ")" : warnings);
}

asio::awaitable<Result<Object>> deploy(KubernetesCluster& cluster, Object options)
{
    auto object = deployment_of(options);
    if (object.has_error())
        co_return object.error();
    auto place = co_await place_of(cluster, "deployments", std::move(options));
    if (place.has_error())
        co_return place.error();
    // What was scaled since is made so again: the caller says how many there are.
    auto deployed = co_await kubernetes::apply(cluster.client(), std::move(*place), std::move(*object), manager, true);
    co_return deployed;
}

asio::awaitable<Result<void>> scale(KubernetesCluster& cluster, std::string name, std::int64_t replicas, Object options)
{
    if (auto fine = can_be_replicas(replicas); fine.has_error())
        co_return fine.error();
    auto place = co_await place_of(cluster, "deployments", std::move(options));
    if (place.has_error())
        co_return place.error();
    const Object change{{"spec", Object{{"replicas", replicas}}}};
    auto scaled = co_await kubernetes::patch(cluster.client(), std::move(*place), std::move(name), change,
                                             kubernetes::PatchKind::merge, "scale");
    if (scaled.has_error())
        co_return scaled.error();
    co_return Result<void>{};
}

asio::awaitable<Result<Object>> wait_ready(KubernetesCluster& cluster, std::string name, Object options)
{
    const auto executor = co_await asio::this_coro::executor;
    auto timeout = duration_option(options, "timeout");
    if (timeout.has_error())
        co_return timeout.error();
    auto place = co_await place_of(cluster, "deployments", std::move(options));
    if (place.has_error())
        co_return place.error();
    // Without it nothing would ever be told.
    auto present = co_await kubernetes::get(cluster.client(), *place, name);
    if (present.has_error())
        co_return present.error();
    Rollout seen = rollout_of(*present);
    if (seen.done)
        co_return present;
    const Duration patience = timeout->value_or(usual_patience);
    auto work = ready(cluster.watches().subscribe(executor, *place, Selector{}), name, &seen);
    auto waited = co_await within(cluster.clock(), cluster.clock().now() + patience, std::move(work), "");
    if (waited.has_value() || (waited.error().code != Errc::timed_out && waited.error().code != Errc::refused))
        co_return waited;
    Failure failure = waited.error();
    if (failure.code == Errc::timed_out)
        failure.message = "after " + to_text(patience) + " " + progress_text(name, seen);
    auto told = co_await explained(cluster, place->space, std::move(name), std::move(failure));
    co_return told;
}

} // namespace forager::kubernetes_work
