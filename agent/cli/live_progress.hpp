// Progress on a terminal: one row for each task, redrawn in place, with its state, its time and its last line of
// output.
#pragma once

#include "cli/progress.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace forager::cli {

class LiveProgress final : public Progress {
public:
    explicit LiveProgress(bool colours) : colours_{colours} {}

    void state(const Invocation& invocation, State state, std::string_view note) override;
    void line(const Invocation& invocation, std::string_view text) override;
    void how_far(const Invocation& invocation, std::string_view text) override;
    void tick() override;
    void finish() override;

private:
    using SteadyClock = std::chrono::steady_clock;

    struct Row {
        std::string id;
        std::string name;
        State state = State::waiting;
        SteadyClock::time_point begun;
        SteadyClock::time_point ended;
        std::string note;
    };

    Row* row_of(const Invocation& invocation);
    std::vector<const Row*> visible(std::size_t most) const;
    std::string text_of(const Row& row, std::size_t width) const;
    std::string marked(State state) const;
    std::string erased() const;
    void draw();

    bool colours_;
    bool changed_ = false;
    std::vector<Row> rows_;
    std::size_t drawn_ = 0; // rows on the terminal now
};

} // namespace forager::cli
