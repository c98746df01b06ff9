#include "primitives/kubernetes/logs.hpp"

#include "clients/kubernetes/logs.hpp"
#include "core/options.hpp"
#include "io/process/capture.hpp"
#include "primitives/kubernetes/options.hpp"

#include <chrono>
#include <utility>

namespace forager::kubernetes_work {

namespace asio = boost::asio;

namespace {

struct Wanted {
    kubernetes::LogOptions options;
    std::string space;
    std::size_t limit = 0;
    bool follow = false;

    Wanted() = default;
};

Result<Wanted> wanted_of(const KubernetesCluster& cluster, const Object& options)
{
    auto space = text_option(options, "namespace");
    auto container = text_option(options, "container");
    auto tail = whole_option(options, "tail");
    auto since = duration_option(options, "since");
    auto previous = flag_option(options, "previous", false);
    auto timestamps = flag_option(options, "timestamps", false);
    auto follow = flag_option(options, "follow", false);
    auto limit = whole_option(options, "limit");
    if (const auto failure = first_failure(space, container, tail, since, previous, timestamps, follow, limit))
        return *failure;
    Wanted wanted;
    wanted.space = space->value_or(cluster.space());
    wanted.options.container = container->value_or("");
    wanted.options.tail = *tail;
    if (*since)
        wanted.options.since_seconds = std::chrono::ceil<std::chrono::seconds>(**since).count();
    wanted.options.previous = *previous;
    wanted.options.timestamps = *timestamps;
    wanted.follow = *follow;
    wanted.limit = *limit && **limit >= 0 ? static_cast<std::size_t>(**limit) : cluster.output_limit();
    return wanted;
}

asio::awaitable<Result<std::string>> present(KubernetesCluster& cluster, Wanted wanted, std::string pod,
                                             LineSink* lines)
{
    auto text = co_await kubernetes::logs(cluster.client(), wanted.space, std::move(pod), wanted.options);
    if (text.has_error())
        co_return text.error();
    Capture kept{wanted.limit};
    kept.add(*text);
    LineCutter cutter;
    if (lines != nullptr) {
        for (std::string& line : cutter.cut(*text))
            co_await lines->line(Stream::out, std::move(line));
        if (auto line = cutter.rest())
            co_await lines->line(Stream::out, std::move(*line));
    }
    co_return kept.take();
}

asio::awaitable<Result<std::string>> followed(KubernetesCluster& cluster, Wanted wanted, std::string pod,
                                              LineSink* lines)
{
    kubernetes::FollowedLog log{cluster.client(), wanted.space, std::move(pod), wanted.options};
    Capture kept{wanted.limit};
    for (;;) {
        auto line = co_await log.next();
        if (line.has_error())
            co_return line.error();
        if (!*line)
            co_return kept.take();
        kept.add((*line)->text + ((*line)->ends ? "\n" : ""));
        if (lines != nullptr)
            co_await lines->line(Stream::out, std::move((*line)->text));
    }
}

} // namespace

asio::awaitable<Result<std::string>> logs(KubernetesCluster& cluster, std::string pod, Object options, LineSink* lines)
{
    auto wanted = wanted_of(cluster, options);
    if (wanted.has_error())
        co_return wanted.error();
    if (wanted->follow && wanted->options.timestamps)
        co_return Failure{Errc::bad_arguments, "a log that is followed has no timestamps"};
    const bool follow = wanted->follow;
    auto text = follow ? co_await followed(cluster, std::move(*wanted), std::move(pod), lines)
                       : co_await present(cluster, std::move(*wanted), std::move(pod), lines);
    co_return text;
}

} // namespace forager::kubernetes_work
