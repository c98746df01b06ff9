// What runs at this moment and how far it is, for `ps` and for the observers. Part of the scheduler, used on the
// strand.
#pragma once

#include "core/outcome.hpp"
#include "ports/clock.hpp"
#include "ports/observer.hpp"

#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

/// One line of the list.
struct RunningInvocation {
    std::string id;
    std::string function;
    std::string label;
    State state = State::waiting;
    TimePoint since{};
};

/// Must outlive its `Progress` objects.
class RunningList {
public:
    class Progress;

    explicit RunningList(const Clock& clock) : clock_{clock} {}

    /// The one of this id, or a null pointer.
    Progress* find(std::string_view id) const;

    /// In the order in which they began.
    std::vector<RunningInvocation> list() const { return {running_.begin(), running_.end()}; }

private:
    const Clock& clock_;
    std::list<RunningInvocation> running_;
    std::map<std::string, Progress*, std::less<>> by_id_;
};

/// The place of one invocation in the list, as long as it lives. Tells its observer of every change.
class RunningList::Progress {
public:
    /// `invocation` and `observer` must outlive it.
    Progress(RunningList& list, const Invocation& invocation, Observer& observer);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();

    void tell(State state, std::string_view note);
    void tell(const Outcome& outcome);

    const Invocation& invocation() const { return invocation_; }
    Observer& observer() const { return observer_; }

private:
    RunningList& list_;
    const Invocation& invocation_;
    Observer& observer_;
    std::list<RunningInvocation>::iterator place_;
};

} // namespace forager
