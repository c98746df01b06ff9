#include "runtime/running_list.hpp"

namespace forager {

RunningList::Progress::Progress(RunningList& list, const Invocation& invocation, Observer& observer)
    : list_{list},
      invocation_{invocation},
      observer_{observer},
      place_{list.running_.insert(list.running_.end(), {invocation.id, invocation.function, invocation.label,
                                                        State::waiting, list.clock_.now()})}
{
}

RunningList::Progress::~Progress()
{
    list_.running_.erase(place_);
}

void RunningList::Progress::tell(State state, std::string_view note)
{
    place_->state = state;
    place_->since = list_.clock_.now();
    observer_.state(invocation_, state, note);
}

void RunningList::Progress::tell(const Outcome& outcome)
{
    if (outcome)
        tell(State::succeeded, {});
    else
        tell(outcome.error().code == Errc::cancelled ? State::cancelled : State::failed, outcome.error().message);
}

} // namespace forager
