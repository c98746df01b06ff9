#include "primitives/kubernetes/left_jobs.hpp"

#include "base/ids.hpp"
#include "clients/kubernetes/objects.hpp"
#include "clients/kubernetes/refusal.hpp"
#include "ports/within.hpp"

#include <chrono>
#include <utility>

namespace forager::kubernetes_work {

namespace asio = boost::asio;
using kubernetes::Place;
using kubernetes::Selector;

namespace {

constexpr const char* home_label = "forager.home";
constexpr const char* owner_note = "forager.owner"; // no label: it is no word
constexpr int forbidden = 403;

// Any text as a label.
std::string home_of(const KubernetesCluster& cluster)
{
    return derived_id(cluster.config().home, "jobs");
}

void write(Object& metadata, const char* part_name, const char* name, std::string text)
{
    auto texts = part<Object>(metadata, part_name);
    texts.set(name, std::move(text));
    metadata.set(part_name, std::move(texts));
}

asio::awaitable<Result<Array>> pods_of_job(KubernetesCluster& cluster, std::string space, std::string name)
{
    auto pods = co_await cluster.discovery().named("pods");
    if (pods.has_error())
        co_return pods.error();
    auto page = co_await kubernetes::list(cluster.client(), {std::move(*pods), std::move(space)},
                                          Selector{std::string{job_label} + "=" + name, ""});
    if (page.has_error())
        co_return page.error();
    co_return std::move(page->items);
}

// Faster than the cluster does it by itself, which may have much to clean up. What is not done here, it does.
asio::awaitable<void> end_pods(KubernetesCluster& cluster, std::string space, std::string name)
{
    auto pods = co_await cluster.discovery().named("pods");
    const auto found = co_await pods_of_job(cluster, space, std::move(name));
    if (pods.has_error() || found.has_error())
        co_return;
    for (const Value& pod : *found) {
        kubernetes::Removal removal;
        removal.uid = kubernetes::uid_of(*pod.get<Object>());
        (void)co_await kubernetes::remove(cluster.client(), {*pods, space}, kubernetes::name_of(*pod.get<Object>()),
                                          std::move(removal));
    }
}

asio::awaitable<Result<Array>> jobs_of_home(KubernetesCluster& cluster)
{
    auto jobs = co_await cluster.discovery().named("jobs");
    if (jobs.has_error())
        co_return jobs.error();
    const Selector ours{std::string{home_label} + "=" + home_of(cluster), ""};
    auto page = co_await kubernetes::list(cluster.client(), {*jobs, ""}, ours);
    if (page.has_error() && kubernetes::status_of(page.error()) == forbidden)
        page = co_await kubernetes::list(cluster.client(), {*jobs, cluster.space()}, ours);
    if (page.has_error())
        co_return page.error();
    co_return std::move(page->items);
}

} // namespace

void mark(const KubernetesCluster& cluster, Object& job)
{
    if (cluster.config().home.empty())
        return;
    auto metadata = part<Object>(job, "metadata");
    write(metadata, "labels", home_label, home_of(cluster));
    write(metadata, "annotations", owner_note, cluster.config().owner);
    job.set("metadata", std::move(metadata));
}

asio::awaitable<Result<void>> end_job(KubernetesCluster& cluster, Place jobs, std::string name)
{
    // The job first: it would put another pod into the place of one that goes.
    auto removed = co_await kubernetes::remove(cluster.client(), jobs, name, {});
    if (removed.has_error() && removed.error().code != Errc::not_found)
        co_return removed;
    co_await end_pods(cluster, std::move(jobs.space), std::move(name));
    co_return Result<void>{};
}

namespace {

// An API server that is just away is asked again.
asio::awaitable<Result<void>> end_job_when_heard(KubernetesCluster& cluster, Place jobs, std::string name)
{
    constexpr Duration pause = std::chrono::milliseconds{500};
    for (;;) {
        auto ended = co_await end_job(cluster, jobs, name);
        if (ended.has_value() || ended.error().code != Errc::unreachable)
            co_return ended;
        co_await sleep_for(cluster.clock(), pause);
    }
}

} // namespace

asio::awaitable<void> end_job_or_owe(KubernetesCluster& cluster, Place jobs, std::string name)
{
    constexpr Duration patience = std::chrono::seconds{10};
    auto work = end_job_when_heard(cluster, jobs, name);
    const auto ended = co_await within(cluster.clock(), cluster.clock().now() + patience, std::move(work), "");
    if (ended.has_error())
        cluster.owed().push_back({std::move(jobs), std::move(name)});
}

asio::awaitable<void> await_end_of_pods(KubernetesCluster& cluster, std::string space, std::string job)
{
    constexpr Duration pause = std::chrono::milliseconds{100};
    constexpr Duration patience = std::chrono::seconds{10};
    const TimePoint end = cluster.clock().now() + patience;
    while (cluster.clock().now() < end) {
        const auto left = co_await pods_of_job(cluster, space, job);
        if (left.has_error() || left->empty())
            co_return;
        co_await sleep_for(cluster.clock(), pause);
    }
}

asio::awaitable<Result<std::size_t>> sweep_jobs(KubernetesCluster& cluster)
{
    std::size_t count = 0;
    const auto jobs = cluster.config().home.empty() ? Result<Array>{Array{}} : co_await jobs_of_home(cluster);
    if (jobs.has_error())
        co_return jobs.error();
    for (const Value& item : *jobs) {
        const auto& job = *item.get<Object>();
        const auto notes = part<Object>(part<Object>(job, "metadata"), "annotations");
        if (!cluster.is_left(part<std::string>(notes, owner_note)))
            continue;
        if (cluster.kept() != nullptr && cluster.kept()->take_up(job))
            continue;
        auto resource = co_await cluster.discovery().named("jobs");
        const std::string space = kubernetes::space_of(job);
        const std::string name = kubernetes::name_of(job);
        if (auto ended = co_await end_job(cluster, {std::move(*resource), space}, name); ended.has_error())
            co_return ended.error();
        co_await await_end_of_pods(cluster, space, name);
        ++count;
    }
    cluster.note_swept();
    co_return count;
}

asio::awaitable<Result<void>> ready_for_jobs(KubernetesCluster& cluster)
{
    if (!cluster.has_swept())
        if (auto swept = co_await sweep_jobs(cluster); swept.has_error())
            co_return swept.error();
    for (const KubernetesCluster::Owed& one : std::exchange(cluster.owed(), {}))
        co_await end_job_or_owe(cluster, one.jobs, one.name);
    co_return Result<void>{};
}

} // namespace forager::kubernetes_work
