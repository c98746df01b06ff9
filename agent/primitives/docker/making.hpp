// How containers come into being: with an image that may have to be fetched first, beside one that may have the name
// already.
#pragma once

#include "clients/docker/container_spec.hpp"
#include "core/failure.hpp"
#include "core/invocation.hpp"
#include "core/value.hpp"
#include "ports/process_runner.hpp"
#include "primitives/docker/engine.hpp"
#include "primitives/docker/images.hpp"
#include "primitives/docker/policy.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::docker_work {

/// What to do when there is a container of this name: fail, take that one as it is, or put the new one in its place.
enum class Conflict { fail, keep, replace };

struct Making {
    docker::ContainerSpec spec;
    Asker asker; ///< whose policy binds it
    Pull pull = Pull::missing;
    Conflict conflict = Conflict::fail;
    LineSink* lines = nullptr; ///< hears of a pull; must outlive the call

    Making() = default;
};

/// Options of a container, pull, and on_conflict: "fail" (the default), "keep" or "replace". `what` names the call.
/// Failures: bad_arguments, naming the option.
Result<Making> making_of(std::string_view what, const Object& options, const Invocation& invocation);

/// For whom a container is made: whose policy binds it, and labels, so that people who see it in the engine's lists
/// find out.
void add_origin(Making& making, const Invocation& invocation);

/// The id of the container, which is not started. When the caller is cancelled while the engine makes it, the id comes
/// all the same. Failures: refused (the asker's policy, the name is taken), not_found (the image, with Pull::never),
/// those of the client.
boost::asio::awaitable<Result<std::string>> make(DockerEngine& engine, Making making);

} // namespace forager::docker_work
