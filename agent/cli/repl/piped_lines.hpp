// Lines of a pipe or a file: no prompts, no editing.
#pragma once

#include "cli/repl/input.hpp"
#include "cli/repl/lines.hpp"

namespace forager::cli {

class PipedLines final : public Lines {
public:
    explicit PipedLines(const boost::asio::any_io_executor& executor) : input_{executor} {}

    boost::asio::awaitable<Result<Line>> next(std::string prompt) override;
    void interrupt() override { input_.interrupt(); }
    void print(std::string_view text) override;
    bool has_person() const override { return false; }

private:
    Line take(std::size_t length);

    Input input_;
    std::string bytes_;     // that have come and were not given
    std::size_t given_ = 0; // of these
    bool ended_ = false;
};

} // namespace forager::cli
