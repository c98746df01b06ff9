// The small process between this machine's agents and one replica: it starts it, keeps the end of what it writes,
// checks its health, and writes down how it ended, all in the replica's folder. It is nobody's, so it outlives who
// started it; what its replica has started ends with that. Another mode of the same program.
#pragma once

namespace forager {

/// The first argument of a program that is to keep a replica; the second is the replica's name, for people. Its working
/// folder is the replica's folder, its stdin the plan, and on its stdout it says (in the words of keepers) that the
/// replica has begun, or why it could not.
inline constexpr const char* replica_keeper_mode = "--keep-a-replica";

bool is_replica_keeper(int argc, char** argv);

/// Returns the exit status when the replica has ended and that is written down.
int run_replica_keeper();

} // namespace forager
