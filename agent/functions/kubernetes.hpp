// What the functions of the family k8s share.
#pragma once

#include "core/outcome.hpp"
#include "functions/kubernetes_arguments.hpp"
#include "primitives/cfs/access.hpp"
#include "primitives/kubernetes/access.hpp"
#include "primitives/kubernetes/cluster.hpp"
#include "runtime/registry.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace forager {

/// What one of the functions works with.
struct KubernetesCall {
    KubernetesCluster& cluster;
    const Invocation& invocation;
    KubernetesArguments arguments;
    bool native; ///< lists and numbers as such, not in upstream's texts

    Object without(std::string_view left_out) const
    {
        Object options;
        for (const Member& member : arguments.options)
            if (member.name != left_out)
                options.append(member.name, member.value);
        return options;
    }
};

/// k8s.deploy, and the names of its options.
boost::asio::awaitable<Outcome> deploy_on_kubernetes(KubernetesCall& call);
std::vector<std::string> kubernetes_deploy_options();

/// k8s.execute: one command as a Job, as upstream's executor of Kubernetes has it; and k8s.sync.
void add_kubernetes_execute(Registry& registry, const KubernetesAccess& kubernetes, const cfs::FilesAccess& files);

} // namespace forager
