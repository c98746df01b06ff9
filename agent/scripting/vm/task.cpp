#include "scripting/vm/task.hpp"

#include "scripting/vm/vm.hpp"

namespace forager::scripting {

void Task::fire()
{
    timed_out = true;
    // Clean-up that waits for the world outside is told to end when its time is over.
    if (in_operation)
        operation->cancel();
    else
        vm->wake(*this);
}

bool Task::in_step() const
{
    for (const Task* task = this; task != nullptr; task = task->owner)
        if (task->steps > 0)
            return true;
    return false;
}

const std::string& Task::recorded_step() const
{
    const Task* task = this;
    while (task->step.empty() && task->owner != nullptr)
        task = task->owner;
    return task->step;
}

void Task::belong_to(Task* to)
{
    owner = to;
    if (owner == nullptr)
        return;
    next_sibling = owner->first_child;
    if (owner->first_child != nullptr)
        owner->first_child->previous_sibling = this;
    owner->first_child = this;
}

void Task::leave_owner()
{
    (previous_sibling == nullptr ? owner->first_child : previous_sibling->next_sibling) = next_sibling;
    if (next_sibling != nullptr)
        next_sibling->previous_sibling = previous_sibling;
    next_sibling = previous_sibling = nullptr;
}

} // namespace forager::scripting
