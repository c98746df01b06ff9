// A lock on a file that tells a living owner from a dead one. Used by the state folder and by local sockets, before
// they serve anybody.
#pragma once

namespace forager {

/// Takes it, or gives false with errno: EWOULDBLOCK when another holds it. Blocks for a second at most: what a killed
/// owner was about to start holds its lock until the program is executed, which is soon.
bool lock_file(int descriptor);

} // namespace forager
