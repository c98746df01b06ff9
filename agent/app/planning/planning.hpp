// Runs scripts where nothing is reached: what they ask of the world is noted, and answered with what was given for it
// or else with a stub. Only files are read. On the strand.
#pragma once

#include "app/app.hpp"
#include "runtime/workflow_runner.hpp"
#include "scripting/border.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace forager {

/// Something that would be done.
struct PlannedStep {
    std::string call;     ///< as scripts write it: "sh", "docker.run", "http.get", "backup.backup"
    std::string function; ///< in whose name
    std::string where;    ///< FILE:LINE; empty where no script's line asks for it
    Array args;           ///< without the options
    Object options;
    Duration at{};        ///< since the beginning, as a clock goes that takes no time
    bool guessed = false; ///< its answer is a stub: what follows may be otherwise
};

class Planning {
public:
    static constexpr std::size_t most_steps = 10'000;

    /// `app` has virtual time. `answers`: of calls of these names, given one after the other; the last one stays.
    Planning(App& app, std::map<std::string, std::deque<Value>> answers,
             std::function<void(const PlannedStep& step)> note);
    Planning(const Planning&) = delete;
    Planning& operator=(const Planning&) = delete;
    ~Planning();

    /// A script whose calls are planned; it is loaded and run by the caller.
    std::shared_ptr<scripting::Script> script(std::string path, scripting::Script::Mode mode);

    Scheduler& scheduler() { return scheduler_; }
    Registry& registry() { return registry_; }

    /// Something went on with data that may be otherwise.
    bool has_guessed() const { return guessed_; }

    /// The answers that no call has asked for, by name.
    std::vector<std::string> unused() const;

private:
    class PlanBorder final : public scripting::Border {
    public:
        explicit PlanBorder(Planning& planning) : planning_{planning} {}
        boost::asio::awaitable<Outcome> answer(scripting::Crossing call) override;

    private:
        Planning& planning_;
    };

    // In place of a built-in function, which works on the world without asking at the border.
    class StandIn final : public Handler {
    public:
        explicit StandIn(Planning& planning) : planning_{planning} {}
        boost::asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value> args,
                                            Observer& observer) override;

    private:
        Planning& planning_;
    };

    boost::asio::awaitable<Outcome> answer(scripting::Crossing call, std::string where);
    Outcome planned(PlannedStep step, const char* stub);
    std::optional<Value> given(const std::string& call);
    std::optional<Value> given_as(const std::string& name);

    App& app_;
    std::map<std::string, std::deque<Value>> answers_;
    std::set<std::string> used_; // of them
    std::function<void(const PlannedStep& step)> note_;
    PlanBorder border_{*this};
    Registry registry_;
    Scheduler scheduler_;
    WorkflowRunner workflows_;
    std::vector<std::shared_ptr<scripting::Script>> scripts_;
    std::size_t steps_ = 0;
    bool guessed_ = false;
};

} // namespace forager
