#include "primitives/kubernetes/copying.hpp"

#include "primitives/files/files.hpp"
#include "primitives/files/paths.hpp"
#include "primitives/files/streams.hpp"
#include "primitives/files/temporary_file.hpp"
#include "primitives/kubernetes/exec.hpp"
#include "primitives/kubernetes/options.hpp"
#include "primitives/unix.hpp"

#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace forager::kubernetes_work {

namespace asio = boost::asio;

namespace {

constexpr std::string_view copy_options[] = {"namespace", "container"};

Result<PodCommand> tar(KubernetesCluster& cluster, std::string pod, std::string_view what, Array words,
                       const Object& options)
{
    if (auto fine = only_options(what, options, copy_options); fine.has_error())
        return fine.error();
    auto command = command_of(cluster, std::move(pod), Value{std::move(words)}, options);
    if (command.has_value())
        command->check = false;
    return command;
}

asio::awaitable<Result<void>> run(KubernetesCluster& cluster, PodCommand command, std::string attempt)
{
    auto done = co_await exec(cluster, std::move(command));
    if (done.has_error())
        co_return done.error();
    if (done->code == 0)
        co_return Result<void>{};
    const std::string words = last_words(done->err);
    co_return Failure{Errc::refused,
                      attempt + ": " + (words.empty() ? "tar ended with status " + std::to_string(done->code) : words)};
}

// What tar takes for a name even if it begins with a hyphen.
std::string plain_name(const std::string& path)
{
    return "./" + name_of(path);
}

} // namespace

asio::awaitable<Result<void>> copy_in(KubernetesCluster& cluster, std::string pod, std::string from, std::string to,
                                      Object options)
{
    const std::string attempt = "cannot copy '" + from + "' into pod '" + pod + "'";
    auto command =
        tar(cluster, std::move(pod), "k8s.copy_in", {"tar", "-x", "-o", "-f", "-", "-C", std::move(to)}, options);
    if (command.has_error())
        co_return command.error();
    auto made = co_await temporary_file(cluster.pool());
    if (made.has_error())
        co_return made.error();
    const std::unique_ptr<TemporaryFile> archive = std::move(*made);
    ArchiveOptions packing;
    packing.format = "tar";
    std::vector<std::string> sources{std::move(from)};
    Files files{cluster.pool()};
    auto packed = co_await files.create_archive(archive->path(), std::move(sources), std::move(packing));
    if (packed.has_error())
        co_return packed.error();
    auto source = co_await FileSource::open(cluster.pool(), archive->path());
    if (source.has_error())
        co_return source.error();
    command->source = &*source;
    auto copied = co_await run(cluster, std::move(*command), attempt);
    co_return copied;
}

asio::awaitable<Result<void>> copy_out(KubernetesCluster& cluster, std::string pod, std::string from, std::string to,
                                       Object options)
{
    const std::string attempt = "cannot copy '" + from + "' out of pod '" + pod + "'";
    auto command = tar(cluster, std::move(pod), "k8s.copy_out",
                       {"tar", "-c", "-f", "-", "-C", parent_of(from), plain_name(from)}, options);
    if (command.has_error())
        co_return command.error();
    auto made = co_await temporary_file(cluster.pool());
    if (made.has_error())
        co_return made.error();
    const std::unique_ptr<TemporaryFile> archive = std::move(*made);
    auto sink = co_await FileSink::begin(cluster.pool(), archive->path());
    if (sink.has_error())
        co_return sink.error();
    command->sink = &*sink;
    if (auto copied = co_await run(cluster, std::move(*command), attempt); copied.has_error())
        co_return copied.error();
    if (auto kept = co_await sink->keep(false); kept.has_error())
        co_return kept.error();
    ExtractOptions unpacking;
    unpacking.overwrite = true;
    unpacking.most_bytes = std::numeric_limits<std::uint64_t>::max();
    unpacking.most_entries = most_archive_entries;
    Files files{cluster.pool()};
    auto unpacked = co_await files.extract_archive(archive->path(), std::move(to), unpacking);
    if (unpacked.has_error())
        co_return unpacked.error();
    co_return Result<void>{};
}

} // namespace forager::kubernetes_work
