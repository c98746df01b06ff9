// Watches all work of the agent: keeps states and lines of what is recorded, and writes lines to the agent's log. On
// the strand.
#pragma once

#include "app/agent/invocation_counts.hpp"
#include "app/agent/log.hpp"
#include "ports/observer.hpp"
#include "store/store.hpp"

#include <functional>
#include <map>
#include <string>

namespace forager {

class AgentObserver final : public Observer {
public:
    using IsRecorded = std::function<bool(const std::string& id)>;
    using Wrote = std::function<void(const std::string& id, std::string_view line)>;

    explicit AgentObserver(const AgentLog& log) : log_{log} {}

    /// From now on it keeps what it hears of recorded invocations, and tells of each line that it keeps. All must
    /// outlive its use.
    void keep_in(store::RecordTable& records, store::LogTable& lines, IsRecorded is_recorded, Wrote wrote);

    /// From now on it counts what it hears; must outlive its use.
    void count_in(InvocationCounts& counts) { counts_ = &counts; }

    void state(const Invocation& invocation, State state, std::string_view note) override;
    void line(const Invocation& invocation, std::string_view text) override;

    /// The record has ended.
    void end(const std::string& id);

private:
    void keep_state(const Invocation& invocation, State state, std::string_view note);

    const AgentLog& log_;
    store::RecordTable* records_ = nullptr;
    store::LogTable* lines_ = nullptr;
    IsRecorded is_recorded_;
    Wrote wrote_;
    InvocationCounts* counts_ = nullptr;
    std::map<std::string, State> noted_; // where it is not `running`, which the record says from its start
};

} // namespace forager
