// Who one is to the registries that images come from: as the configuration says it, and as `docker login` has left it
// in a file, which is read anew each time.
#pragma once

#include "base/secret.hpp"
#include "clients/docker/images.hpp"
#include "core/failure.hpp"
#include "io/pool.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace forager::docker_work {

struct Registry {
    std::string host; ///< "registry.example.org:5000"; "docker.io" is Docker Hub
    std::string user;
    Secret password;

    bool operator==(const Registry&) const = default;
};

struct Registries {
    std::vector<Registry> known;
    std::string file; ///< as ~/.docker/config.json; empty: none
};

/// Where an image comes from: the registry in its name, or "docker.io". Pure.
std::string registry_of(std::string_view image);

/// The logins that a file of Docker's holds: its `auths`, as Docker's programs write them. What a credential helper
/// keeps is not among them. Pure. Failures: bad_arguments, which repeat nothing of the text.
Result<std::vector<docker::RegistryLogin>> logins_in(std::string_view text);

/// All of them; those of the configuration come first. Failures: those of reading the file, and of `logins_in`.
boost::asio::awaitable<Result<std::vector<docker::RegistryLogin>>> logins(BlockingPool& pool, Registries registries);

/// The first for this registry, or a null pointer.
const docker::RegistryLogin* login_for(const std::vector<docker::RegistryLogin>& logins, std::string_view registry);

/// The failure of a pull, with what to do where the registry wants to know who asks. Pure.
Failure with_advice(Failure failure, std::string_view registry, const docker::RegistryLogin* login);

} // namespace forager::docker_work
