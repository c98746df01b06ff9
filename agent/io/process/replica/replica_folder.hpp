// The folder of one replica that is a process of this machine: whose it is, who keeps it, how far it is, what it
// writes. That is all that anybody knows of it: whoever reads the folder has adopted the replica. Its maker writes the
// labels, its keeper the rest; of the environment, nothing is in it. All of it blocks.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/reconcile/key.hpp"
#include "io/process/identity.hpp"
#include "io/process/whole_file.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace forager {

struct ReplicaLabels {
    reconcile::Key key;
    std::string name;
    std::string document; ///< its id
    std::string print;    ///< of the template
    std::int64_t generation = 0;
    std::string executor;    ///< empty: it has no identity in the colony
    std::string program;     ///< the command's first word
    bool has_health = false; ///< it is ready when its health check says so
    WallTime created{};
    ProcessIdentity maker; ///< who was about to start it

    ReplicaLabels() = default;
};

struct ReplicaBegun {
    pid_t process = -1;
    std::uint64_t born = 0; ///< as `birth_of` counts
    WallTime at{};
};

struct ReplicaEnd {
    int status = 0;      ///< what the system's `wait` gave
    std::string trouble; ///< why it could not be started; empty: it ran
    std::string said;    ///< the last line that it has written
    WallTime at{};

    ReplicaEnd() = default;
};

/// As its health check says.
struct ReplicaHealth {
    bool ready = false;
    bool unhealthy = false;
    std::string trouble; ///< of the last check; empty: it went well

    ReplicaHealth() = default;
    bool operator==(const ReplicaHealth&) const = default;
};

class ReplicaFolder {
public:
    explicit ReplicaFolder(std::string path) : path_{std::move(path)} {}

    const std::string& path() const { return path_; }

    /// Where it works unless it says otherwise, and where its output is.
    std::string work() const { return path_ + "/work"; }
    std::string log() const { return path_ + "/log"; }

    /// Makes it anew, with the labels in it. Failures: those of the system.
    Result<void> make(const ReplicaLabels& labels) const;
    std::optional<ReplicaLabels> labels() const;

    bool write_keeper(const ProcessIdentity& keeper) const { return write("keeper", to_text(keeper)); }
    std::optional<ProcessIdentity> keeper() const { return parse_identity(content_of(path_ + "/keeper")); }

    bool write_begun(const ReplicaBegun& begun) const;
    std::optional<ReplicaBegun> begun() const;

    bool write_end(const ReplicaEnd& end) const;
    std::optional<ReplicaEnd> end() const;

    bool write_health(const ReplicaHealth& health) const;
    std::optional<ReplicaHealth> health() const;

    /// The end of what it has written, so many lines at most, and no more bytes than `most`.
    std::string last_lines(std::size_t lines, std::size_t most) const;

private:
    bool write(const char* name, std::string_view text) const { return write_whole(path_ + "/" + name, text); }

    std::string path_;
};

} // namespace forager
