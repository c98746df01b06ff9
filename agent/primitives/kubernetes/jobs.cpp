#include "primitives/kubernetes/jobs.hpp"

#include "core/options.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/formats/json.hpp"
#include "ports/within.hpp"
#include "primitives/kubernetes/job_run.hpp"
#include "primitives/kubernetes/left_jobs.hpp"
#include "primitives/kubernetes/objects.hpp"
#include "primitives/kubernetes/options.hpp"

#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace forager::kubernetes_work {

namespace asio = boost::asio;
using kubernetes::Place;

namespace {

// What it belongs to is in the form that Kubernetes has for it, and is checked there.
void add_owner(Object& job, Object owner)
{
    if (owner.empty())
        return;
    Array owners;
    owners.emplace_back(std::move(owner));
    job.find("metadata")->get<Object>()->set("ownerReferences", std::move(owners));
}

Result<JobOrder> order_of(KubernetesCluster& cluster, const Object& options)
{
    constexpr std::string_view more[] = {"name", "namespace", "labels", "owner", "timeout", "limit", "check"};
    if (auto fine = only_options("k8s.run_job", options, pod_options(), more); fine.has_error())
        return fine.error();
    auto name = text_option(options, "name");
    auto timeout = duration_option(options, "timeout");
    auto limit = whole_option(options, "limit");
    auto check = flag_option(options, "check", true);
    if (const auto failure = first_failure(name, timeout, limit, check))
        return *failure;
    JobOrder wanted;
    wanted.name = *name ? **name : fresh_job_name(cluster.chance());
    wanted.image = part<std::string>(options, "image");
    wanted.timeout = *timeout;
    wanted.limit = *limit && **limit >= 0 ? static_cast<std::size_t>(**limit) : cluster.output_limit();
    wanted.check = *check;
    auto job = job_of(options, wanted.name);
    if (job.has_error())
        return job.error();
    wanted.job = std::move(*job);
    add_owner(wanted.job, part<Object>(options, "owner"));
    return wanted;
}

// What makes it another job: all but how long it may take.
std::string print_of(const Object& options)
{
    Object given;
    for (const Member& member : options)
        if (member.name != "timeout" && member.name != "check")
            given.append(member.name, member.value);
    return to_hex(digest(Digest::sha256, to_json(Value{std::move(given)})));
}

} // namespace

std::string fresh_job_name(Random& chance)
{
    constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";
    std::string name = "forager-";
    for (int i = 0; i < 10; ++i)
        name += letters[chance.next() % letters.size()];
    return name;
}

void add_claim(Object& job, const std::string& claim, const std::string& place)
{
    Object* inner = &job;
    for (const char* name : {"spec", "template", "spec"})
        inner = inner->find(name)->get<Object>();
    auto volumes = part<Array>(*inner, "volumes");
    volumes.emplace_back(Object{{"name", "files"}, {"persistentVolumeClaim", Object{{"claimName", claim}}}});
    inner->set("volumes", std::move(volumes));
    for (Value& item : *inner->find("containers")->get<Array>()) {
        auto& container = *item.get<Object>();
        auto mounts = part<Array>(container, "volumeMounts");
        mounts.emplace_back(Object{{"name", "files"}, {"mountPath", place}});
        container.set("volumeMounts", std::move(mounts));
    }
}

asio::awaitable<Result<Completed>> run_job(KubernetesCluster& cluster, Object options, LineSink* lines,
                                           std::optional<Keep> keep)
{
    auto order = order_of(cluster, options);
    if (order.has_error())
        co_return order.error();
    if (keep && cluster.kept() != nullptr)
        order->kept = {std::move(*keep), print_of(options)};
    auto place = co_await place_of(cluster, "jobs", std::move(options));
    if (place.has_error())
        co_return place.error();
    order->space = std::move(place->space);
    auto done = co_await run_job(cluster, std::move(*order), lines);
    co_return done;
}

asio::awaitable<Result<Completed>> run_job(KubernetesCluster& cluster, JobOrder order, LineSink* lines)
{
    auto jobs = co_await cluster.discovery().named("jobs");
    if (jobs.has_error())
        co_return jobs.error();
    const auto limit = order.timeout;
    Place place{std::move(*jobs), order.space};
    mark(cluster, order.job);
    if (order.kept)
        KeptJobs::mark(order.job, *order.kept);
    JobRun run{cluster, std::move(order), std::move(place), lines};
    const auto deadline = limit ? std::optional{cluster.clock().now() + *limit} : std::nullopt;
    std::optional<Result<Completed>> done;
    std::exception_ptr thrown;
    try {
        done = co_await within(cluster.clock(), deadline, run.work(), "");
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown)
        co_await asio::this_coro::reset_cancellation_state();
    std::optional<Failure> late;
    if (done && done->has_error() && done->error().code == Errc::timed_out && done->error().message.empty())
        late = co_await run.late();
    const bool completed = done && (done->has_value() || done->error().code == Errc::exit);
    co_await run.end(thrown != nullptr, completed);
    if (thrown)
        std::rethrow_exception(thrown);
    if (late)
        co_return *late;
    co_return std::move(*done);
}

} // namespace forager::kubernetes_work
