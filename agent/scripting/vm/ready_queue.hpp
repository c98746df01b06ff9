// The tasks that can go on, in the order in which they could.
#pragma once

#include "scripting/vm/task.hpp"

namespace forager::scripting {

class ReadyQueue {
public:
    bool empty() const { return first_ == nullptr; }

    void push(Task& task)
    {
        task.next_ready = nullptr;
        (last_ == nullptr ? first_ : last_->next_ready) = &task;
        last_ = &task;
    }

    /// The first one; there must be one.
    Task& pop()
    {
        Task& task = *first_;
        first_ = task.next_ready;
        if (first_ == nullptr)
            last_ = nullptr;
        return task;
    }

private:
    Task* first_ = nullptr;
    Task* last_ = nullptr;
};

} // namespace forager::scripting
