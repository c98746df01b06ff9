// Lines of invocations that are not written yet: as many as may still be kept, whatever is printed. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace forager::store {

struct BufferedLine {
    std::int64_t at = 0; ///< milliseconds since 1970
    std::string text;
};

/// What is to be written of one invocation.
struct BufferedLines {
    std::string invocation;
    std::vector<BufferedLine> lines;
    bool cut = false; ///< afterwards there are too many
};

/// The line in the place of those that are left out.
std::string mark_of(std::size_t most);

class LogBuffer {
public:
    /// `most`: lines that are kept of one invocation, the first half of them and the last ones. While it runs there
    /// may be a tenth more.
    explicit LogBuffer(std::size_t most) : most_{most} {}

    /// What would be cut anyway is left out at once, and so is the middle of what a slow disk does not take: a line
    /// says so.
    void add(const std::string& invocation, BufferedLine line);

    bool empty() const { return due_.empty(); }

    /// At most so many lines, some of everybody who has any.
    std::vector<BufferedLines> take(std::size_t count);

    /// All lines of one invocation.
    BufferedLines take_of(const std::string& invocation);

    /// The last ones of an invocation that has ended: its count is forgotten.
    BufferedLines end(const std::string& invocation);

private:
    struct State {
        std::size_t count = 0; // lines so far
        std::size_t rows = 0;  // written, about
        std::size_t cut_at = 0;
        std::size_t head = 0;  // of the lines below: those that are certain to stay
        bool too_much = false; // for the disk
        std::deque<BufferedLine> lines;
    };

    BufferedLines take(const std::string& invocation, State& state, std::size_t count);
    void leave_out(State& state, const std::string& mark);

    std::size_t most_;
    std::size_t bytes_ = 0;
    std::map<std::string, State> states_;
    std::deque<std::string> due_; // who has lines
};

} // namespace forager::store
