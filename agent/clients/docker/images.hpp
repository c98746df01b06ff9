// Calls about images. Failures of all: those of `Client::call`.
#pragma once

#include "clients/docker/client.hpp"
#include "clients/docker/container_spec.hpp"
#include "clients/docker/json_stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>
#include <vector>

namespace forager::docker {

/// Who one is to a registry.
struct RegistryLogin {
    std::string user;
    std::string password;
    std::string token;  ///< instead of a password, where the registry gave one
    std::string server; ///< "registry.example.org:5000", "https://index.docker.io/v1/"

    RegistryLogin() = default;
};

/// How far a pull or a build is, as the engine tells it: one step after another.
class ImageWork {
public:
    ImageWork() = default;
    explicit ImageWork(http::AnswerStream stream) : told_{std::move(stream)} {}

    struct Step {
        std::string text;      ///< a line of a build's output, or of a pull's; may be empty
        std::string layer;     ///< the pull's layer that it is about
        std::int64_t done = 0; ///< bytes of the layer
        std::int64_t all = 0;  ///< 0: not known
        std::string image;     ///< the id of what was built or imported
    };

    /// Nothing at the end. Waits without limit. Failures: refused, with the engine's words (it failed); those of
    /// `JsonStream::read`.
    boost::asio::awaitable<Result<std::optional<Step>>> next();

private:
    JsonStream told_;
};

/// Fetches it from its registry. `image` with its tag or digest; `platform` may be empty.
boost::asio::awaitable<Result<ImageWork>> pull(Client& client, std::string image, std::string platform,
                                               std::optional<RegistryLogin> login);

struct BuildSpec {
    std::string context_file; ///< a tar archive
    std::string dockerfile;   ///< its name in the context; empty: Dockerfile
    Words tags;
    Pairs args;
    Pairs labels;
    std::string target;  ///< a stage
    std::string network; ///< of the commands that it runs
    std::string platform;
    bool pull = false; ///< looks for newer base images
    bool use_cache = true;
    std::vector<RegistryLogin> logins; ///< for base images

    BuildSpec() = default;
};

boost::asio::awaitable<Result<ImageWork>> build(Client& client, BuildSpec spec);

/// A tar archive of a root file system becomes an image. `changes` are lines of a Dockerfile: "CMD sh".
boost::asio::awaitable<Result<ImageWork>> import_image(Client& client, std::string file, std::string image,
                                                       Words changes);

/// What the engine knows of it. Failures: not_found.
boost::asio::awaitable<Result<Object>> inspect_image(Client& client, std::string image);

/// As the engine's list has them: Id, RepoTags, Size, Created, Labels … `reference` ("nginx", "test/*:1") and labels
/// choose; empty: all.
boost::asio::awaitable<Result<Array>> list_images(Client& client, std::string reference, Pairs labels);

boost::asio::awaitable<Result<void>> tag_image(Client& client, std::string image, std::string repository,
                                               std::string tag);

/// What was done: Untagged, Deleted. Failures: refused (a container uses it: status 409).
boost::asio::awaitable<Result<Array>> remove_image(Client& client, std::string image, bool force);

/// Removes what no container uses: those without a name, or all. ImagesDeleted, SpaceReclaimed.
boost::asio::awaitable<Result<Object>> prune_images(Client& client, bool all, Pairs labels);

} // namespace forager::docker
