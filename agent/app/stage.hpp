// Where scripts run with somebody at their border, apart from the app's own functions and scripts: what they declare is
// the stage's, and built-in functions are what `stand` puts in their places. On the strand.
#pragma once

#include "app/app.hpp"
#include "runtime/workflow_runner.hpp"
#include "scripting/border.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forager {

class Stage {
public:
    using Stand = std::function<std::shared_ptr<Handler>(const Registry::EntryPtr& entry)>;

    Stage(App& app, scripting::Border& border, const Stand& stand);
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    ~Stage();

    /// A script of the stage; it is loaded and run by the caller.
    std::shared_ptr<scripting::Script> script(std::string path, scripting::Script::Mode mode);

    /// The functions that its scripts have declared.
    std::vector<std::string> declared() const;

    Scheduler& scheduler() { return scheduler_; }

private:
    App& app_;
    scripting::Border& border_;
    Registry registry_;
    Scheduler scheduler_;
    WorkflowRunner workflows_;
    std::vector<std::shared_ptr<scripting::Script>> scripts_;
};

/// What is run on a stage: a script, or a function that scripts declare.
struct StagedScript {
    std::string path;
    std::optional<std::string> text; ///< nothing: what the file holds
};

struct StagedWork {
    Invocation invocation;
    bool is_script = false; ///< the first of the scripts is the work
    std::vector<StagedScript> scripts;

    StagedWork() = default;
};

boost::asio::awaitable<Outcome> perform(Stage& stage, StagedWork work, Observer& observer);

} // namespace forager
