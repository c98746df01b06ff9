#include "cli/repl/lines.hpp"

#include "cli/repl/piped_lines.hpp"
#include "cli/repl/terminal_lines.hpp"

#include <unistd.h>

namespace forager::cli {

std::unique_ptr<Lines> standard_lines(const boost::asio::any_io_executor& executor, const std::string& history)
{
    if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1)
        return std::make_unique<TerminalLines>(executor, history);
    return std::make_unique<PipedLines>(executor);
}

} // namespace forager::cli
