// Images: fetched, built, imported, listed, removed; progress goes to whoever watches. All must outlive the calls.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/process_runner.hpp"
#include "primitives/docker/engine.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::docker_work {

enum class Pull { missing, always, never };

/// `pull`: "missing" (the default), "always" or "never"; true and false are the first of them and the last.
Result<Pull> pull_option(const Object& options);

/// Fetches the image. `lines` hears what the engine says of it, a line for each step of each layer and none for its
/// progress between; it may be null.
boost::asio::awaitable<Result<void>> pull(DockerEngine& engine, std::string image, std::string platform,
                                          LineSink* lines);

} // namespace forager::docker_work
