// Tasks that somebody waits for together, in the order in which they end.
#pragma once

#include "scripting/vm/condition.hpp"

namespace forager::scripting {

class Task;

struct Group {
    Condition changed;
    Task* first_ended = nullptr; // linked by Task::next_ready, which an ended task has no other use for
    Task* last_ended = nullptr;
};

} // namespace forager::scripting
