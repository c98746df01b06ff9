// The command line as a whole.
#pragma once

namespace forager::cli {

/// Parses the arguments, does what they say, and gives the exit status.
int run(int argc, char** argv);

} // namespace forager::cli
