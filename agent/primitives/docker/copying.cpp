#include "primitives/docker/copying.hpp"

#include "clients/docker/copying.hpp"
#include "primitives/docker/exec.hpp"
#include "primitives/docker/permission.hpp"
#include "primitives/files/files.hpp"
#include "primitives/files/temporary_file.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace forager::docker_work {

namespace asio = boost::asio;

asio::awaitable<Result<void>> copy_in(DockerEngine& engine, Asker asker, std::string container, std::string from,
                                      std::string to)
{
    if (auto allowed = co_await permit_inside(engine, engine.policy_for(asker), container); allowed.has_error())
        co_return allowed.error();
    Files files{engine.pool()};
    auto made = co_await temporary_file(engine.pool());
    if (made.has_error())
        co_return made.error();
    const std::unique_ptr<TemporaryFile> archive = std::move(*made);
    ArchiveOptions options;
    options.format = "tar";
    std::vector<std::string> sources{std::move(from)};
    if (auto packed = co_await files.create_archive(archive->path(), std::move(sources), std::move(options));
        packed.has_error())
        co_return packed.error();
    auto copied = co_await docker::copy_in(engine.client(), std::move(container), archive->path(), std::move(to));
    co_return copied;
}

asio::awaitable<Result<void>> copy_out(DockerEngine& engine, std::string container, std::string from, std::string to)
{
    Files files{engine.pool()};
    auto made = co_await temporary_file(engine.pool());
    if (made.has_error())
        co_return made.error();
    const std::unique_ptr<TemporaryFile> archive = std::move(*made);
    auto copied = co_await docker::copy_out(engine.client(), std::move(container), std::move(from), archive->path());
    if (copied.has_error())
        co_return copied.error();
    ExtractOptions options;
    options.overwrite = true;
    auto unpacked = co_await files.extract_archive(archive->path(), std::move(to), options);
    if (unpacked.has_error())
        co_return unpacked.error();
    co_return Result<void>{};
}

} // namespace forager::docker_work
