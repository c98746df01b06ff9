// What is asked at a breakpoint of a replay: where it is, what the names there hold, what an expression comes to.
#pragma once

#include "app/tape/tape.hpp"
#include "scripting/vm/task.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace forager::cli {

class Pause {
public:
    /// Numbers of steps, and names of calls ("docker.*" is a family).
    /// `work` says what the scripts' texts were, and must outlive it.
    Pause(std::vector<std::string> breaks, const StagedWork& work) : breaks_{std::move(breaks)}, work_{work} {}

    /// Asks, where it is to stop there. `task`: who asked for the step; null where it is no line of a script.
    void at(std::size_t number, const TapedCall& call, scripting::Task* task);

    /// Somebody wanted to see no more.
    bool is_left() const { return left_; }

private:
    bool stops_at(std::size_t number, const TapedCall& call) const;
    std::string excerpt_at(const std::string& where) const;
    bool obey(const std::string& line, scripting::Task* task);

    std::vector<std::string> breaks_;
    const StagedWork& work_;
    bool steps_ = false; ///< at each step
    bool left_ = false;
    bool told_help_ = false;
};

} // namespace forager::cli
