// The agent's own folder: its state file, and the mark of who uses it. One agent at a time.
#pragma once

#include "core/failure.hpp"
#include "io/process/identity.hpp"
#include "io/system_failure.hpp"

#include <string>
#include <vector>

namespace forager {

class StateFolder {
public:
    /// Makes the folder where it is missing, and locks it. Failures: refused (another agent uses it, permissions).
    static Result<StateFolder> open(std::string path, const ProcessIdentity& self);

    std::string at(const std::string& name) const { return path_ + "/" + name; }

    /// The agents that used it before and did not leave it: they died.
    const std::vector<ProcessIdentity>& dead() const { return dead_; }

    /// What the dead ones left is gone.
    void buried();

    /// Nothing is left to be cleaned up by the next one.
    void leave();

private:
    StateFolder(std::string path, Descriptor lock, ProcessIdentity self, std::vector<ProcessIdentity> dead);

    std::string path_;
    Descriptor lock_;
    ProcessIdentity self_;
    std::vector<ProcessIdentity> dead_;
};

} // namespace forager
