// Where tasks wait for something that other tasks of the same script do: a queue of tasks, longest wait first.
#pragma once

namespace forager::scripting {

class Task;

class Condition {
public:
    Condition() = default;
    Condition(const Condition&) = delete;
    Condition& operator=(const Condition&) = delete;

    void add(Task& task);
    void remove(Task& task);

    /// The task that has waited longest, or a null pointer.
    Task* first() const { return first_; }

private:
    Task* first_ = nullptr;
    Task* last_ = nullptr;
};

} // namespace forager::scripting
