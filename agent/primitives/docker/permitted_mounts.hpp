// Which paths of a machine a policy lets containers have. Part of permission.hpp, for the sources of primitives/docker.
#pragma once

#include "clients/docker/container_spec.hpp"
#include "core/container_rules.hpp"
#include "core/failure.hpp"
#include "primitives/docker/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace forager::docker_work {

/// Whether whoever has this path in a container can make himself root of the machine. `path` is in its normal form. An
/// engine's socket takes orders even where it can only be read; programs and settings have to be written to.
bool is_as_good_as_root(std::string_view path, bool read_only, const std::string& socket);

class PermittedMounts {
public:
    /// Both must outlive it.
    PermittedMounts(const Policy& policy, const std::string& socket);

    /// `setting` is what the caller calls it.
    Result<void> permit(const docker::Mount& mount, const std::string& setting) const;

private:
    bool has_rule(std::string_view source, bool read_only) const;
    bool has_rule_of_its_own(std::string_view path, bool read_only) const;
    bool is_permitted(std::string_view path, bool read_only) const;
    Failure refused(const std::string& setting, const std::string& source, const docker::Mount& mount) const;

    const Policy& policy_;
    const std::string& socket_;
    std::vector<MountRule> rules_;
};

} // namespace forager::docker_work
