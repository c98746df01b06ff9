// Watches all work of the agent: keeps states and lines of what is recorded, and writes lines to the agent's log. On
// the strand.
#pragma once

#include "app/agent/invocation_counts.hpp"
#include "app/agent/log.hpp"
#include "core/failure.hpp"
#include "ports/observer.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace forager {

class AgentObserver final : public Observer {
public:
    using IsRecorded = std::function<bool(const std::string& id)>;
    using ScriptOf = std::function<std::string(const std::string& function)>;
    using Wrote = std::function<void(const std::string& id, std::string_view line)>;

    explicit AgentObserver(const AgentLog& log) : log_{log} {}

    /// From now on it keeps what it hears of recorded invocations, and tells of each line that it keeps. All must
    /// outlive its use.
    void keep_in(store::RecordTable& records, store::LogTable& lines, IsRecorded is_recorded, Wrote wrote);

    /// From now on its lines tell of which script the work is: `script_of` gives the path, or nothing. It must outlive
    /// its use.
    void name_scripts(ScriptOf script_of) { script_of_ = std::move(script_of); }

    /// Why work failed of which no record is kept, for its author: the traceback, where there is one.
    void trace(const Invocation& invocation, const Failure& failure) const;

    /// From now on it counts what it hears; must outlive its use.
    void count_in(InvocationCounts& counts) { counts_ = &counts; }

    void state(const Invocation& invocation, State state, std::string_view note) override;
    void line(const Invocation& invocation, std::string_view text) override;

    /// The record has ended.
    void end(const std::string& id);

private:
    void keep_state(const Invocation& invocation, State state, std::string_view note);
    void log_line(const Invocation& invocation, const std::string& root, std::string_view text);
    Object fields_of(const Invocation& invocation) const;
    std::string script_of(const Invocation& invocation) const;

    const AgentLog& log_;
    store::RecordTable* records_ = nullptr;
    store::LogTable* lines_ = nullptr;
    IsRecorded is_recorded_;
    Wrote wrote_;
    ScriptOf script_of_;
    InvocationCounts* counts_ = nullptr;
    std::map<std::string, std::size_t> logged_; // lines in the log, of what is recorded
    std::map<std::string, State> noted_;        // where it is not `running`, which the record says from its start
};

} // namespace forager
