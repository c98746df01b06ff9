// Which kinds of objects a cluster has: asked once for each, and again for one that is not known. On the strand; the
// client must outlive it. Failures of all: those of `Client::call`; not_found, with what is near.
#pragma once

#include "clients/kubernetes/client.hpp"
#include "clients/kubernetes/resource.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace forager::kubernetes {

class Discovery {
public:
    explicit Discovery(Client& client) : client_{client} {}
    Discovery(const Discovery&) = delete;
    Discovery& operator=(const Discovery&) = delete;

    /// By what people call it: "deployments", "deploy", "Deployment", "workflows.example.org", "jobs.v1.batch".
    boost::asio::awaitable<Result<Resource>> named(std::string word);

    /// As an object says it: "apps/v1" and "Deployment".
    boost::asio::awaitable<Result<Resource>> of_kind(std::string api_version, std::string kind);

private:
    boost::asio::awaitable<Result<std::vector<Resource>>> in_group(std::string api_version);
    boost::asio::awaitable<Result<std::vector<std::string>>> versions();
    const Resource* known(std::string_view word) const;

    Client& client_;
    std::vector<Resource> found_;
};

/// The resources of one group's version, without subresources. Pure.
std::vector<Resource> resources_in(const Object& list, const std::string& api_version);

} // namespace forager::kubernetes
