#include "primitives/kubernetes/job_run.hpp"

#include "base/duration.hpp"
#include "clients/kubernetes/logs.hpp"
#include "clients/kubernetes/objects.hpp"
#include "clients/kubernetes/refusal.hpp"
#include "clients/kubernetes/times.hpp"
#include "ports/within.hpp"
#include "primitives/kubernetes/deployments.hpp"
#include "primitives/kubernetes/left_jobs.hpp"
#include "primitives/unix.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace forager::kubernetes_work {

namespace asio = boost::asio;
using kubernetes::Change;
using kubernetes::ContainerState;
using kubernetes::Selector;

namespace {

constexpr int bad_request = 400;

// Reasons to wait that no time heals.
constexpr std::array<std::string_view, 5> hopeless{"ErrImageNeverPull", "ImagePullBackOff", "InvalidImageName",
                                                   "CreateContainerConfigError", "CreateContainerError"};

// How a job is that was begun before.
struct JobState {
    std::optional<WallTime> started;
    std::optional<WallTime> ended;
    bool is_late = false; // its time was over while nobody waited for it

    JobState() = default;
};

JobState job_state_of(const Object& job)
{
    const auto status = part<Object>(job, "status");
    JobState state;
    state.started = kubernetes::parse_time(part<std::string>(status, "startTime"));
    for (const Value& item : part<Array>(status, "conditions")) {
        const auto* condition = item.get<Object>();
        const auto type = condition == nullptr ? std::string{} : part<std::string>(*condition, "type");
        if (type != "Complete" && type != "Failed")
            continue;
        state.ended = kubernetes::parse_time(part<std::string>(*condition, "lastTransitionTime"));
        state.is_late = part<std::string>(*condition, "reason") == "DeadlineExceeded";
    }
    return state;
}

std::string label_of(const Object& object)
{
    return part<std::string>(part<Object>(part<Object>(object, "metadata"), "labels"), job_label);
}

bool container_has_ended(const Object& pod)
{
    const auto containers = kubernetes::containers_of(pod);
    return !containers.empty() && containers.front().phase == ContainerState::Phase::ended;
}

bool is_hopeless(const ContainerState& state)
{
    for (const std::string_view reason : hopeless)
        if (state.phase == ContainerState::Phase::waiting && state.reason == reason)
            return true;
    return false;
}

} // namespace

asio::awaitable<Result<Completed>> JobRun::work()
{
    if (auto ready = co_await ready_for_jobs(cluster_); ready.has_error())
        co_return ready.error();
    begun_ = cluster_.clock().now();
    if (wanted_.kept) {
        auto present = co_await cluster_.kept()->claim(*wanted_.kept);
        if (present.has_error())
            co_return present.error();
        if (*present) {
            auto done = co_await go_on_with(std::move(**present));
            co_return done;
        }
    }
    if (auto begun = co_await begin(); begun.has_error())
        co_return begun.error();
    auto done = co_await rest();
    co_return done;
}

asio::awaitable<Result<void>> JobRun::begin()
{
    made_ = true; // also when nobody hears that it was
    if (wanted_.kept)
        cluster_.kept()->begin(*wanted_.kept, jobs_.space, wanted_.name);
    auto made = co_await kubernetes::create(cluster_.client(), jobs_, wanted_.job);
    if (made.has_value())
        co_return Result<void>{};
    made_ = made.error().code == Errc::unreachable || made.error().code == Errc::timed_out;
    if (!made_ && wanted_.kept)
        (void)cluster_.kept()->stays(wanted_.kept->keep, false, false);
    co_return made.error();
}

// Its time and its seconds are those since its start.
asio::awaitable<Result<Completed>> JobRun::go_on_with(Object job)
{
    made_ = true;
    wanted_.name = kubernetes::name_of(job);
    const JobState state = job_state_of(job);
    if (state.started)
        begun_ -= std::max(Duration{}, cluster_.clock().wall() - *state.started);
    if (wanted_.kept->keep.adopted)
        wanted_.kept->keep.adopted("job " + wanted_.name + (state.ended ? " has ended meanwhile" : " goes on"));
    if (state.is_late && wanted_.timeout)
        co_return Failure{Errc::timed_out, ""};
    if (!state.ended) {
        const auto deadline = wanted_.timeout ? std::optional{begun_ + *wanted_.timeout} : std::nullopt;
        auto done = co_await within(cluster_.clock(), deadline, rest(), "");
        co_return done;
    }
    if (state.started)
        took_ = *state.ended - *state.started;
    if (auto found = co_await has_pod(); found.has_error())
        co_return found.error();
    auto done = co_await rest();
    co_return done;
}

asio::awaitable<Result<void>> JobRun::has_pod()
{
    auto pods =
        co_await kubernetes::list(cluster_.client(), pods_, Selector{std::string{job_label} + "=" + wanted_.name, ""});
    if (pods.has_error())
        co_return pods.error();
    if (pods->items.empty())
        co_return removed();
    co_return Result<void>{};
}

asio::awaitable<Result<Completed>> JobRun::rest()
{
    auto pod = co_await begun_pod();
    if (pod.has_error())
        co_return pod.error();
    if (auto printed = co_await print(*pod); printed.has_error())
        co_return printed.error();
    auto state = co_await ending(std::move(*pod));
    if (state.has_error())
        co_return state.error();
    Completed done = completed(*state);
    if (done.code == 0 || !wanted_.check)
        co_return done;
    std::string why = state->reason.empty() || state->reason == "Error" ? "" : " (" + state->reason + ")";
    if (const std::string words = done.out.empty() ? state->message : last_words(done.out); !words.empty())
        why += ": " + words;
    const int code = done.code;
    Failure failure = exit_failure("the job in '" + wanted_.image + "' ended with status " + std::to_string(code) + why,
                                   code, std::move(done));
    if (state->reason == "OOMKilled")
        failure.details.append("oom_killed", true);
    co_return failure;
}

Completed JobRun::completed(const ContainerState& state)
{
    Completed done;
    done.code = static_cast<int>(state.exit_code);
    done.out = output_.take();
    done.elapsed = took_.value_or(cluster_.clock().now() - begun_);
    return done;
}

Failure JobRun::removed() const
{
    return {Errc::refused, "the pod of job '" + wanted_.name + "' was removed before it had ended"};
}

// The name of its pod once the container runs or has run.
asio::awaitable<Result<std::string>> JobRun::begun_pod()
{
    const auto executor = co_await asio::this_coro::executor;
    const auto changes = cluster_.watches().subscribe(executor, pods_, Selector{job_label, ""});
    constexpr Duration usual = std::chrono::seconds{5}; // until there is a pod
    for (bool has_pod = false;;) {
        const auto patience = has_pod ? std::nullopt : std::optional{cluster_.clock().now() + usual};
        auto change = co_await within(cluster_.clock(), patience, changes->next(), "");
        if (change.has_error() && change.error().code == Errc::timed_out) {
            co_await ask_why_no_pod();
            continue;
        }
        if (change.has_error())
            co_return change.error();
        const Object& pod = *change->object;
        if (label_of(pod) != wanted_.name)
            continue;
        has_pod = true;
        if (change->type == Change::Type::deleted)
            co_return Failure{Errc::refused, "the pod of job '" + wanted_.name + "' was removed before it began"};
        const auto containers = kubernetes::containers_of(pod);
        const bool began = !containers.empty() && containers.front().phase != ContainerState::Phase::waiting;
        if (began)
            co_return kubernetes::name_of(pod);
        if (kubernetes::has_ended(pod) || (!containers.empty() && is_hopeless(containers.front())))
            co_return Failure{Errc::refused, "job '" + wanted_.name + "' cannot begin: " + kubernetes::trouble_of(pod)};
        tell(kubernetes::trouble_of(pod));
    }
}

// A quota, or a rule of the namespace: the cluster tells of it in events alone, and tries again.
asio::awaitable<void> JobRun::ask_why_no_pod()
{
    tell(co_await warnings_about(cluster_, jobs_.space, {wanted_.name}));
}

void JobRun::tell(std::string trouble)
{
    if (trouble.empty() || trouble == told_)
        return;
    told_ = std::move(trouble);
    if (wanted_.say)
        wanted_.say("job '" + wanted_.name + "' has not begun: " + told_);
}

asio::awaitable<Result<void>> JobRun::print(std::string pod)
{
    kubernetes::FollowedLog log{cluster_.client(), pods_.space, pod, {}};
    for (;;) {
        auto line = co_await log.next();
        if (line.has_error() && line.error().code == Errc::not_found)
            co_return removed();
        if (line.has_error())
            co_return co_await not_heard(std::move(pod), line.error());
        if (!*line)
            co_return Result<void>{};
        output_.add((*line)->text + ((*line)->ends ? "\n" : ""));
        if (lines_ != nullptr)
            co_await lines_->line(Stream::out, std::move((*line)->text));
    }
}

// Of a container that has ended nothing may be left to read: then its end is what counts.
asio::awaitable<Result<void>> JobRun::not_heard(std::string pod, Failure failure)
{
    if (kubernetes::has_been_ended(failure))
        co_return Result<void>{};
    if (kubernetes::status_of(failure) != bad_request)
        co_return failure;
    const auto object = co_await kubernetes::get(cluster_.client(), pods_, std::move(pod));
    if (object.has_value() && (kubernetes::has_ended(*object) || container_has_ended(*object)))
        co_return Result<void>{};
    co_return failure;
}

asio::awaitable<Result<ContainerState>> JobRun::ending(std::string pod)
{
    constexpr Duration pause = std::chrono::milliseconds{100};
    for (;;) {
        auto object = co_await kubernetes::get(cluster_.client(), pods_, pod);
        if (object.has_error() && object.error().code == Errc::not_found)
            co_return removed();
        if (object.has_error())
            co_return object.error();
        auto containers = kubernetes::containers_of(*object);
        const bool has_code = !containers.empty() && containers.front().phase == ContainerState::Phase::ended;
        // "Evicted": the status of a container that was killed for it says nothing.
        const bool has_reason = !part<std::string>(part<Object>(*object, "status"), "reason").empty();
        if (!has_reason && kubernetes::is_being_deleted(*object)) // its container was told to end
            co_return removed();
        if (has_code && (!has_reason || containers.front().exit_code == 0))
            co_return std::move(containers.front());
        if (has_code || kubernetes::has_ended(*object))
            co_return Failure{Errc::refused, "job '" + wanted_.name + "' ended: " + kubernetes::trouble_of(*object)};
        co_await sleep_for(cluster_.clock(), pause);
    }
}

asio::awaitable<void> JobRun::end(bool cancelled, bool completed)
{
    if (!made_ || (wanted_.kept && cluster_.kept()->stays(wanted_.kept->keep, cancelled, completed)))
        co_return;
    co_await end_job_or_owe(cluster_, jobs_, wanted_.name);
    if (!completed) // its container may go on until it is killed
        co_await await_end_of_pods(cluster_, jobs_.space, wanted_.name);
}

asio::awaitable<Failure> JobRun::late()
{
    Failure failure{Errc::timed_out,
                    "the job in '" + wanted_.image + "' took longer than " + to_text(*wanted_.timeout)};
    std::string trouble =
        co_await trouble_with(cluster_, pods_.space, Selector{std::string{job_label} + "=" + wanted_.name, ""});
    if (trouble.empty())
        trouble = co_await warnings_about(cluster_, jobs_.space, {wanted_.name});
    if (!trouble.empty())
        failure.message += ": " + trouble;
    failure.details.append("stdout", output_.take());
    co_return failure;
}

} // namespace forager::kubernetes_work
