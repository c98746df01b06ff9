// Another user for one thread: signals of this thread are refused by the processes of the test's own user.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

namespace forager::test {

inline constexpr unsigned nobody = 65534;

/// Only root can become somebody else. The kernel keeps users by thread; the C library's own call changes all.
inline bool become_nobody_in_this_thread()
{
    return geteuid() == 0 && syscall(SYS_setresuid, nobody, nobody, nobody) == 0;
}

} // namespace forager::test
