#include "scripting/vm/condition.hpp"

#include "scripting/vm/task.hpp"

namespace forager::scripting {

void Condition::add(Task& task)
{
    task.condition = this;
    task.previous_waiter = last_;
    task.next_waiter = nullptr;
    (last_ == nullptr ? first_ : last_->next_waiter) = &task;
    last_ = &task;
}

void Condition::remove(Task& task)
{
    (task.previous_waiter == nullptr ? first_ : task.previous_waiter->next_waiter) = task.next_waiter;
    (task.next_waiter == nullptr ? last_ : task.next_waiter->previous_waiter) = task.previous_waiter;
    task.condition = nullptr;
    task.next_waiter = task.previous_waiter = nullptr;
}

} // namespace forager::scripting
