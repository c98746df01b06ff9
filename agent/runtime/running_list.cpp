#include "runtime/running_list.hpp"

#include "runtime/run_handler.hpp"

namespace forager {

RunningList::Progress::Progress(RunningList& list, const Invocation& invocation, Observer& observer)
    : list_{list},
      invocation_{invocation},
      observer_{observer},
      place_{list.running_.insert(list.running_.end(), {invocation.id, invocation.function, invocation.label,
                                                        State::waiting, list.clock_.now()})}
{
    list_.by_id_.insert_or_assign(invocation.id, this);
}

RunningList::Progress* RunningList::find(std::string_view id) const
{
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

RunningList::Progress::~Progress()
{
    if (const auto own = list_.by_id_.find(invocation_.id); own != list_.by_id_.end() && own->second == this)
        list_.by_id_.erase(own);
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
    else if (outcome.error().code == Errc::cancelled)
        tell(State::cancelled, outcome.error().message);
    else
        tell(State::failed, sentence_of(outcome.error()));
}

} // namespace forager
