// Images made here: from a Dockerfile, or from the files of a root file system.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/process_runner.hpp"
#include "primitives/docker/engine.hpp"
#include "primitives/docker/policy.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::docker_work {

/// Options: context (a folder of this machine, whose .dockerignore is obeyed), dockerfile (a path in it), tag or tags,
/// args, labels, target, network, platform, pull (newer base images), cache (true). Gives { id, image }: the first tag,
/// or the id. `lines` hears each line of the build's output; it may be null. Failures: refused, with what went wrong in
/// the build, or by the asker's policy; not_found (the folder); bad_arguments; those of the client.
boost::asio::awaitable<Result<Object>> build(DockerEngine& engine, Asker asker, Object options, LineSink* lines);

/// The same, where the context or the options differ from those of the last build of this tag: `built` says whether it
/// was. Needs a tag. What was built without a note of its context is built again.
boost::asio::awaitable<Result<Object>> build_when_changed(DockerEngine& engine, Asker asker, Object options,
                                                          LineSink* lines);

/// Options: file (a tar archive of a root file system), image (its name), changes (lines of a Dockerfile, as "CMD sh").
/// Gives { id, image }. Failures: refused (the asker's policy).
boost::asio::awaitable<Result<Object>> import(DockerEngine& engine, Asker asker, Object options);

} // namespace forager::docker_work
