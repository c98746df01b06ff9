// Progress as plain lines on stderr, for pipes and logs.
#pragma once

#include "cli/progress.hpp"

#include <unistd.h>

namespace forager::cli {

class PlainProgress final : public Progress {
public:
    /// `quiet`: only what functions print; `verbose`: every change of state, too.
    explicit PlainProgress(bool quiet, bool verbose) : quiet_{quiet}, verbose_{verbose} {}

    void state(const Invocation& invocation, State state, std::string_view note) override;
    void line(const Invocation& invocation, std::string_view text) override;

private:
    bool quiet_;
    bool verbose_;
    bool terminal_ = ::isatty(STDERR_FILENO) == 1;
};

} // namespace forager::cli
