#include "io/file_lock.hpp"

#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace forager {

bool lock_file(int descriptor)
{
    constexpr std::chrono::milliseconds pause{10};
    constexpr int most_tries = 100;
    for (int tries = 1; ::flock(descriptor, LOCK_EX | LOCK_NB) != 0; ++tries) {
        if (errno != EWOULDBLOCK || tries == most_tries)
            return false;
        std::this_thread::sleep_for(pause);
    }
    return true;
}

} // namespace forager
