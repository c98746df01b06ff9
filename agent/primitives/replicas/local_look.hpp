// What the folders of replicas on this machine say of them: that, and whether a process lives, is all that anybody
// knows. Used by the runtime, on the pool: all of it blocks.
#pragma once

#include "core/reconcile/instance.hpp"
#include "io/process/replica/replica_folder.hpp"

#include <optional>
#include <string>
#include <vector>

namespace forager::replicas {

struct Sight {
    std::string path;
    std::optional<ReplicaLabels> labels; ///< nothing: they cannot be read
    std::optional<ProcessIdentity> keeper;
    bool is_kept = false; ///< the keeper lives
    std::optional<ReplicaBegun> begun;
    std::optional<ReplicaEnd> end;
    std::optional<ReplicaHealth> health;

    Sight() = default;
};

/// Whether this very process is there, and has not ended.
bool lives(const ProcessIdentity& process, const std::string& boot);

/// What is in one folder of a replica.
Sight look_at(const std::string& path, const std::string& boot);

/// Of all folders in this one, by their names.
std::vector<Sight> look_into(const std::string& folder, const std::string& boot);

/// Where there is none yet. False: see `errno`.
bool make_folder_of_all(const std::string& folder);

/// The names of folders in this one; hidden ones are left out.
std::vector<std::string> folders_in(const std::string& folder);

/// What was seen as everybody sees it. `boot`: the machine's present start. Only of one with labels.
reconcile::Instance instance_of(const Sight& sight, const std::string& boot);

/// The same text as long as nothing has changed that anybody would do something about.
std::string face_of(const Sight& sight);

} // namespace forager::replicas
