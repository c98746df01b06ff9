// What is kept of a child's output: a bounded beginning and end, and its lines as they come.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

/// Keeps at most `limit` bytes of a stream: the first and the last half, when it is longer.
class Capture {
public:
    explicit Capture(std::size_t limit) : head_limit_{limit - limit / 2}, tail_limit_{limit / 2} {}

    void add(std::string_view bytes);

    /// What it holds, for another one of the same limit that goes on with it.
    struct State {
        std::string head;
        std::string tail;
        std::size_t cut = 0; ///< bytes between them
    };
    State state() const;
    void go_on_from(State state);

    /// Whether there was more than it keeps.
    bool is_cut() const { return cut_ > 0; }

    /// All of it, or the two halves with a visible mark between them. The capture is empty afterwards.
    std::string take();

private:
    void add_to_tail(std::string_view bytes);

    std::size_t head_limit_;
    std::size_t tail_limit_;
    std::string head_;
    std::string tail_;           // a ring once it is full
    std::size_t tail_begin_ = 0; // where the ring's oldest byte is
    std::size_t cut_ = 0;
};

/// Makes lines of pieces of a stream. A line longer than `longest` bytes comes in parts.
class LineCutter {
public:
    static constexpr std::size_t longest = 64 * 1024;

    /// The lines that `bytes` completes, without their newlines.
    std::vector<std::string> cut(std::string_view bytes);

    /// The last line, if the stream did not end in a newline.
    std::optional<std::string> rest();

private:
    std::string begun_;
};

} // namespace forager
