#include "ports/observer.hpp"

namespace forager {

std::string_view name_of(State state)
{
    switch (state) {
    case State::waiting: return "waiting";
    case State::running: return "running";
    case State::sleeping: return "sleeping";
    case State::succeeded: return "succeeded";
    case State::failed: return "failed";
    case State::cancelled: return "cancelled";
    }
    return "unknown";
}

std::optional<State> state_named(std::string_view name)
{
    for (const State state :
         {State::waiting, State::running, State::sleeping, State::succeeded, State::failed, State::cancelled})
        if (name == name_of(state))
            return state;
    return std::nullopt;
}

} // namespace forager
