#include "primitives/kubernetes/kept_jobs.hpp"

#include "clients/kubernetes/objects.hpp"
#include "ports/within.hpp"
#include "primitives/kubernetes/cluster.hpp"
#include "primitives/kubernetes/left_jobs.hpp"

#include <chrono>
#include <utility>

namespace forager::kubernetes_work {

namespace asio = boost::asio;
using kubernetes::Place;

namespace {

constexpr Duration grace_to_remove = std::chrono::seconds{30};
constexpr std::int64_t kept_seconds = 7 * 24 * 3600; // for an agent that is away so long

constexpr const char* place_note = "forager.kept";
constexpr const char* root_note = "forager.kept.root";
constexpr const char* invocation_note = "forager.kept.invocation";
constexpr const char* part_note = "forager.kept.part";
constexpr const char* print_note = "forager.kept.print";

// Names of namespaces and jobs have no slash.
std::string id_of(const std::string& space, const std::string& job)
{
    return space + "/" + job;
}

asio::awaitable<Result<Place>> place_of_jobs(KubernetesCluster& cluster, std::string id)
{
    auto jobs = co_await cluster.discovery().named("jobs");
    if (jobs.has_error())
        co_return jobs.error();
    co_return Place{std::move(*jobs), id.substr(0, id.find('/'))};
}

std::string name_in(const std::string& id)
{
    return id.substr(id.find('/') + 1);
}

asio::awaitable<Result<void>> end_named(KubernetesCluster& cluster, std::string id)
{
    auto place = co_await place_of_jobs(cluster, id);
    if (place.has_error())
        co_return place.error();
    auto ended = co_await end_job(cluster, std::move(*place), name_in(id));
    co_return ended;
}

} // namespace

void KeptJobs::mark(Object& job, const KeptJob& kept)
{
    auto metadata = part<Object>(job, "metadata");
    auto notes = part<Object>(metadata, "annotations");
    notes.set(place_note, name_of(kept.keep));
    notes.set(root_note, kept.keep.root);
    notes.set(invocation_note, kept.keep.invocation);
    notes.set(part_note, kept.keep.part);
    notes.set(print_note, kept.print);
    metadata.set("annotations", std::move(notes));
    job.set("metadata", std::move(metadata));
    auto spec = part<Object>(job, "spec");
    spec.set("ttlSecondsAfterFinished", kept_seconds);
    job.set("spec", std::move(spec));
}

bool KeptJobs::take_up(const Object& job)
{
    const auto notes = part<Object>(part<Object>(job, "metadata"), "annotations");
    const auto name = part<std::string>(notes, place_note);
    if (name.empty())
        return false;
    Entry entry;
    entry.id = id_of(kubernetes::space_of(job), kubernetes::name_of(job));
    entry.root = part<std::string>(notes, root_note);
    entry.invocation = part<std::string>(notes, invocation_note);
    entry.part = part<std::string>(notes, part_note);
    entry.print = part<std::string>(notes, print_note);
    return KeptPlaces::take_up(name, std::move(entry));
}

asio::awaitable<Result<std::optional<Object>>> KeptJobs::claim(KeptJob kept)
{
    std::optional<Object> found;
    const std::string name = name_of(kept.keep);
    const Entry* known = find(name);
    if (known == nullptr)
        co_return found;
    const std::string id = known->id;
    if (known->print == kept.print) {
        auto place = co_await place_of_jobs(cluster_, id);
        if (place.has_error())
            co_return place.error();
        auto job = co_await kubernetes::get(cluster_.client(), std::move(*place), name_in(id));
        if (job.has_error() && job.error().code != Errc::not_found)
            co_return job.error();
        if (job.has_value())
            found = std::move(*job);
    }
    if (found)
        KeptPlaces::begin(kept.keep, kept.print, id);
    else
        co_await forget(name);
    co_return found;
}

void KeptJobs::begin(const KeptJob& kept, const std::string& space, const std::string& job)
{
    KeptPlaces::begin(kept.keep, kept.print, id_of(space, job));
}

// What cannot be removed now is, after the next start, as it belongs to nobody then.
asio::awaitable<void> KeptJobs::remove(std::string id)
{
    const TimePoint deadline = cluster_.clock().now() + grace_to_remove;
    (void)co_await within(cluster_.clock(), deadline, end_named(cluster_, std::move(id)), "");
}

} // namespace forager::kubernetes_work
