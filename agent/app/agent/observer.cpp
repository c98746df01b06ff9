#include "app/agent/observer.hpp"

#include "core/invocation.hpp"

#include <utility>

namespace forager {

namespace {

bool is_end(State state)
{
    return state == State::succeeded || state == State::failed || state == State::cancelled;
}

} // namespace

// What people know it by stands beside a function's name that says little: the event of a handler, a file.
Object AgentObserver::fields_of(const Invocation& invocation) const
{
    Object fields{{"function", invocation.function}, {"invocation", invocation.id}};
    if (!invocation.chain.empty())
        fields.append("root", root_of(invocation));
    if (!invocation.label.empty() && invocation.label != invocation.function)
        fields.append("label", invocation.label);
    if (std::string script = script_of(invocation); !script.empty())
        fields.append("script", std::move(script));
    return fields;
}

// A function of the agent's own belongs to the script that asked for it.
std::string AgentObserver::script_of(const Invocation& invocation) const
{
    if (invocation.source == "load")
        return invocation.function;
    if (!script_of_)
        return {};
    std::string script = script_of_(invocation.function);
    for (auto caller = invocation.chain.rbegin(); script.empty() && caller != invocation.chain.rend(); ++caller)
        script = script_of_(caller->function);
    if (script.empty())
        script = invocation.function == "forager.run" ? part<std::string>(invocation.kwargs, "file") : ""; // submitted
    return script;
}

void AgentObserver::trace(const Invocation& invocation, const Failure& failure) const
{
    if (!failure.traceback.empty())
        log_.warn("traceback:\n" + failure.traceback, fields_of(invocation));
}

void AgentObserver::keep_in(store::RecordTable& records, store::LogTable& lines, IsRecorded is_recorded, Wrote wrote)
{
    records_ = &records;
    lines_ = &lines;
    is_recorded_ = std::move(is_recorded);
    wrote_ = std::move(wrote);
}

void AgentObserver::state(const Invocation& invocation, State state, std::string_view note)
{
    if (state == State::failed)
        log_.warn("failed: " + std::string{note}, fields_of(invocation));
    else if (state == State::sleeping || is_end(state))
        log_.write(LogLevel::debug, std::string{name_of(state)} + (note.empty() ? "" : ": ") + std::string{note},
                   fields_of(invocation));
    if (counts_ != nullptr)
        counts_->state(invocation, state);
    if (records_ != nullptr && invocation.chain.empty() && !is_end(state) && is_recorded_(invocation.id))
        keep_state(invocation, state, note);
}

// Its start and its end are written with more care elsewhere.
void AgentObserver::keep_state(const Invocation& invocation, State state, std::string_view note)
{
    const auto known = noted_.find(invocation.id);
    const bool plain = state == State::running && note.empty();
    if (plain && known == noted_.end())
        return;
    if (plain)
        noted_.erase(known);
    else
        noted_.insert_or_assign(invocation.id, state);
    records_->note(invocation.id, state, std::string{note}, invocation.tries);
}

void AgentObserver::line(const Invocation& invocation, std::string_view text)
{
    const std::string root = root_of(invocation);
    if (lines_ == nullptr || !is_recorded_(root)) {
        log_.info(text, fields_of(invocation));
        return;
    }
    log_line(invocation, root, text);
    lines_->add(root, text);
    wrote_(root, text);
}

// They are kept with the record: what prints without end need not fill the log, too.
void AgentObserver::log_line(const Invocation& invocation, const std::string& root, std::string_view text)
{
    constexpr std::size_t most_logged = 1000;
    const std::size_t count = ++logged_[root];
    const LogLevel level = count <= most_logged ? LogLevel::info : LogLevel::debug;
    if (count == most_logged + 1)
        log_.info("its further lines are not logged here: forager logs " + root, fields_of(invocation));
    if (log_.writes(level))
        log_.write(level, text, fields_of(invocation));
}

void AgentObserver::end(const std::string& id)
{
    noted_.erase(id);
    logged_.erase(id);
    if (lines_ != nullptr)
        lines_->end(id);
}

} // namespace forager
