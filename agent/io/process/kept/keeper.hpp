// The small process between the agent and a command that shall go on when the agent is gone: it starts the command,
// keeps what that writes and how it ends, and tells whoever listens. Another mode of the same program.
#pragma once

namespace forager {

/// The only argument of a program that is to be a keeper. Its working folder is the command's folder, its stdin the
/// plan, and its stdout goes to the agent that started it.
inline constexpr const char* keeper_mode = "--keep-a-command";

bool is_keeper(int argc, char** argv);

/// Returns the exit status when the command has ended and its result is kept.
int run_keeper();

} // namespace forager
