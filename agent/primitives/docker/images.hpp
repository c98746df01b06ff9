// Images: fetched, built, imported, listed, removed; progress goes to whoever watches. All must outlive the calls.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/process_runner.hpp"
#include "primitives/docker/engine.hpp"
#include "primitives/docker/policy.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::docker_work {

enum class Pull { missing, always, never };

/// `pull`: "missing" (the default), "always" or "never"; true and false are the first of them and the last.
Result<Pull> pull_option(const Object& options);

/// Fetches the image, which its caller has permitted, with the login that there is for its registry. `lines` hears what
/// the engine says of it, a line for each step of each layer and none for its progress between; it may be null.
boost::asio::awaitable<Result<void>> pull(DockerEngine& engine, std::string image, std::string platform,
                                          LineSink* lines);

/// The same as people say it. Options: platform. Failures: refused (the asker's policy).
boost::asio::awaitable<Result<void>> pull_named(DockerEngine& engine, Asker asker, std::string name, Object options,
                                                LineSink* lines);

/// Options: name (as "nginx" or "team/*"), labels. Each as { id, names, size (bytes), created, labels }.
boost::asio::awaitable<Result<Array>> images(DockerEngine& engine, Object options);

/// { id, names, size, created, labels, architecture, os }. Failures: not_found.
boost::asio::awaitable<Result<Object>> image(DockerEngine& engine, std::string name);

/// Another name for an image. Failures: refused (the asker's policy).
boost::asio::awaitable<Result<void>> tag(DockerEngine& engine, Asker asker, std::string image, std::string name);

/// Options: force (also where stopped containers use it). Failures: not_found, refused (a container uses it).
boost::asio::awaitable<Result<void>> remove_image(DockerEngine& engine, std::string name, Object options);

/// Removes what no container uses. Options: all (not only those without a name), labels. { removed, bytes }.
boost::asio::awaitable<Result<Object>> prune_images(DockerEngine& engine, Object options);

} // namespace forager::docker_work
