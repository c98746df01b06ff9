// A script with a registry of its own on top of the agent's: it sees the agent's functions, and what it declares goes
// with it.
#pragma once

#include "app/app.hpp"

#include <memory>
#include <string>

namespace forager {

class GuestScript {
public:
    /// Not loaded. `app` and `observer` must outlive it.
    GuestScript(App& app, Observer& observer, std::string path);
    GuestScript(const GuestScript&) = delete;
    GuestScript& operator=(const GuestScript&) = delete;
    ~GuestScript() { script_->withdraw(); }

    scripting::Script& script() { return *script_; }

private:
    Registry registry_;
    Scheduler scheduler_;
    WorkflowRunner workflows_;
    std::shared_ptr<scripting::Script> script_;
};

} // namespace forager
