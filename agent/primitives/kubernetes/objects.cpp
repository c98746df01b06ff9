#include "primitives/kubernetes/objects.hpp"

#include "clients/kubernetes/objects.hpp"
#include "clients/kubernetes/refusal.hpp"
#include "core/options.hpp"
#include "ports/within.hpp"
#include "primitives/kubernetes/options.hpp"

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <utility>

namespace forager::kubernetes_work {

namespace asio = boost::asio;
using kubernetes::Place;
using kubernetes::Propagation;
using kubernetes::Selector;

namespace {

constexpr Duration removal_patience = std::chrono::seconds{120};

Result<std::string> space_in(const KubernetesCluster& cluster, const Object& options)
{
    auto space = text_option(options, "namespace");
    if (space.has_error())
        return space.error();
    const std::string word = space->value_or(cluster.space());
    return word == "*" ? std::string{} : word;
}

Result<Propagation> propagation_in(const Object& options)
{
    auto given = text_option(options, "propagation");
    if (given.has_error())
        return given.error();
    const std::string word = given->value_or("background");
    if (word == "background")
        return Propagation::background;
    if (word == "foreground")
        return Propagation::foreground;
    if (word == "orphan")
        return Propagation::orphan;
    return Failure{Errc::bad_arguments, "propagation must be background, foreground or orphan, not '" + word + "'"};
}

Result<kubernetes::Removal> removal_in(const Object& options)
{
    auto propagation = propagation_in(options);
    auto grace = duration_option(options, "grace");
    if (const auto failure = first_failure(propagation, grace))
        return *failure;
    kubernetes::Removal removal;
    removal.propagation = *propagation;
    if (*grace)
        removal.grace_seconds = std::chrono::ceil<std::chrono::seconds>(**grace).count();
    return removal;
}

// "app=web" out of { matchLabels, matchExpressions }.
std::string selector_text(const Object& selector)
{
    std::string text;
    const auto add = [&](const std::string& term) { text += (text.empty() ? "" : ",") + term; };
    for (const Member& label : part<Object>(selector, "matchLabels"))
        if (const auto* value = label.value.get<std::string>())
            add(label.name + "=" + *value);
    for (const Value& item : part<Array>(selector, "matchExpressions")) {
        const auto* expression = item.get<Object>();
        if (expression == nullptr)
            continue;
        const auto key = part<std::string>(*expression, "key");
        const auto how = part<std::string>(*expression, "operator");
        std::string values;
        for (const Value& value : part<Array>(*expression, "values"))
            if (const auto* word = value.get<std::string>())
                values += (values.empty() ? "" : ",") + *word;
        if (how == "Exists" || how == "DoesNotExist")
            add(how == "Exists" ? key : "!" + key);
        else
            add(key + (how == "In" ? " in (" : " notin (") + values + ")");
    }
    return text;
}

asio::awaitable<Result<void>> gone(KubernetesCluster& cluster, Place place, std::string name, std::string uid)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto changes = cluster.watches().subscribe(executor, place, Selector{"", "metadata.name=" + name});
    auto present = co_await kubernetes::get(cluster.client(), place, name);
    if (present.has_error())
        co_return kubernetes::status_of(present.error()) == 404 ? Result<void>{} : present.error();
    if (kubernetes::uid_of(*present) != uid)
        co_return Result<void>{};
    for (;;) {
        auto change = co_await changes->next();
        if (change.has_error())
            co_return change.error();
        if (kubernetes::uid_of(*change->object) == uid && change->type == kubernetes::Change::Type::deleted)
            co_return Result<void>{};
    }
}

} // namespace

asio::awaitable<Result<Place>> place_of(KubernetesCluster& cluster, std::string resource, Object options)
{
    auto space = space_in(cluster, options);
    if (space.has_error())
        co_return space.error();
    auto found = co_await cluster.discovery().named(std::move(resource));
    if (found.has_error())
        co_return found.error();
    co_return Place{std::move(*found), std::move(*space)};
}

asio::awaitable<Result<Value>> get(KubernetesCluster& cluster, std::string resource, std::string name, Object options)
{
    auto place = co_await place_of(cluster, std::move(resource), std::move(options));
    if (place.has_error())
        co_return place.error();
    auto object = co_await kubernetes::get(cluster.client(), *place, std::move(name));
    if (object.has_value())
        co_return Value{std::move(*object)};
    if (kubernetes::reason_of(object.error()) == "NotFound")
        co_return Value{};
    co_return object.error();
}

asio::awaitable<Result<Selector>> pods_of(KubernetesCluster& cluster, std::string space, std::string deployment)
{
    auto deployments = co_await cluster.discovery().named("deployments");
    if (deployments.has_error())
        co_return deployments.error();
    auto object = co_await kubernetes::get(cluster.client(), {std::move(*deployments), std::move(space)}, deployment);
    if (object.has_error())
        co_return object.error();
    co_return Selector{selector_text(part<Object>(part<Object>(*object, "spec"), "selector")), ""};
}

asio::awaitable<Result<Array>> list(KubernetesCluster& cluster, std::string resource, Object options)
{
    auto place = co_await place_of(cluster, std::move(resource), options);
    auto labels = labels_option(options, "labels");
    auto fields = labels_option(options, "fields");
    auto deployment = text_option(options, "deployment");
    if (const auto failure = first_failure(place, labels, fields, deployment))
        co_return *failure;
    Selector selector{std::move(*labels), std::move(*fields)};
    if (*deployment) {
        auto theirs = co_await pods_of(cluster, place->space, **deployment);
        if (theirs.has_error())
            co_return theirs.error();
        selector.labels += (selector.labels.empty() ? "" : ",") + theirs->labels;
    }
    auto page = co_await kubernetes::list(cluster.client(), std::move(*place), std::move(selector));
    if (page.has_error())
        co_return page.error();
    co_return std::move(page->items);
}

asio::awaitable<Result<Object>> apply(KubernetesCluster& cluster, Object object, Object options)
{
    auto space = space_in(cluster, options);
    auto force = flag_option(options, "force", true);
    auto manager = text_option(options, "manager");
    auto subresource = text_option(options, "subresource");
    if (const auto failure = first_failure(space, force, manager, subresource))
        co_return *failure;
    const auto version = part<std::string>(object, "apiVersion");
    const auto kind = part<std::string>(object, "kind");
    if (version.empty() || kind.empty() || kubernetes::name_of(object).empty())
        co_return Failure{Errc::bad_arguments, "an object that is applied needs apiVersion, kind and metadata.name"};
    auto resource = co_await cluster.discovery().of_kind(version, kind);
    if (resource.has_error())
        co_return resource.error();
    const std::string own = kubernetes::space_of(object);
    Place place{std::move(*resource), own.empty() ? std::move(*space) : own};
    auto applied = co_await kubernetes::apply(cluster.client(), std::move(place), std::move(object),
                                              manager->value_or("forager"), *force, subresource->value_or(""));
    co_return applied;
}

asio::awaitable<Result<bool>> remove(KubernetesCluster& cluster, std::string resource, std::string name, Object options)
{
    auto removal = removal_in(options);
    auto wait = flag_option(options, "wait", false);
    auto timeout = duration_option(options, "timeout");
    if (const auto failure = first_failure(removal, wait, timeout))
        co_return *failure;
    auto place = co_await place_of(cluster, std::move(resource), std::move(options));
    if (place.has_error())
        co_return place.error();
    auto present = co_await kubernetes::get(cluster.client(), *place, name);
    if (present.has_value())
        if (auto removed = co_await kubernetes::remove(cluster.client(), *place, name, *removal); removed.has_error())
            present = removed.error();
    if (present.has_error() && kubernetes::reason_of(present.error()) == "NotFound")
        co_return false;
    if (present.has_error())
        co_return present.error();
    if (!*wait)
        co_return true;
    const TimePoint deadline = cluster.clock().now() + timeout->value_or(removal_patience);
    auto work = gone(cluster, *place, name, kubernetes::uid_of(*present));
    auto waited =
        co_await within(cluster.clock(), deadline, std::move(work), name + " is being deleted and still there");
    if (waited.has_error())
        co_return waited.error();
    co_return true;
}

asio::awaitable<Result<Object>> ChangeFeed::next()
{
    for (;;) {
        auto change = co_await subscription_->next();
        if (change.has_error())
            co_return change.error();
        if (name_.empty() || kubernetes::name_of(*change->object) == name_)
            co_return Object{{"type", kubernetes::word(change->type)}, {"object", *change->object}};
    }
}

asio::awaitable<Result<std::shared_ptr<ChangeFeed>>> watch(KubernetesCluster& cluster, std::string resource,
                                                           Object options)
{
    const auto executor = co_await asio::this_coro::executor;
    auto name = text_option(options, "name");
    auto labels = labels_option(options, "labels");
    if (const auto failure = first_failure(name, labels))
        co_return *failure;
    if (*name && (*name)->empty())
        co_return Failure{Errc::bad_arguments, "name must not be empty"};
    auto place = co_await place_of(cluster, std::move(resource), std::move(options));
    if (place.has_error())
        co_return place.error();
    auto changes = cluster.watches().subscribe(executor, *place, Selector{std::move(*labels), ""});
    co_return std::make_shared<ChangeFeed>(std::move(changes), name->value_or(""));
}

} // namespace forager::kubernetes_work
