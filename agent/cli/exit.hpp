// How the program ends, for the shell.
#pragma once

namespace forager::cli {

enum Exit : int {
    done = 0,
    failed = 1, ///< the work failed, or `check` found something
    usage = 2,  ///< wrong usage, or a script that does not load
};

} // namespace forager::cli
