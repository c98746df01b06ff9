// Lines that a person types: edited by libedit, with a history that is kept.
#pragma once

#include "cli/repl/input.hpp"
#include "cli/repl/lines.hpp"

#include <histedit.h>

#include <optional>

namespace forager::cli {

class TerminalLines final : public Lines {
public:
    TerminalLines(const boost::asio::any_io_executor& executor, std::string history);
    TerminalLines(const TerminalLines&) = delete;
    TerminalLines& operator=(const TerminalLines&) = delete;
    ~TerminalLines() override;

    boost::asio::awaitable<Result<Line>> next(std::string prompt) override;
    void interrupt() override { input_.interrupt(); }
    void print(std::string_view text) override;
    bool has_person() const override { return true; }

private:
    static TerminalLines& of(EditLine* edit);
    static char* prompt_of(EditLine* edit);
    static int next_character(EditLine* edit, wchar_t* character);

    boost::asio::awaitable<Line> edited();
    std::optional<Line> press_keys();
    std::optional<Line> press_key();
    void edit(bool on);
    void take_typed_meanwhile();
    void remember(const std::string& line);

    Input input_;
    std::string history_file_;
    EditLine* edit_;
    History* history_;
    std::string prompt_;
    std::string typed_; // bytes that have come and are no complete key yet
    std::string_view key_;
    bool editing_ = false;
};

} // namespace forager::cli
