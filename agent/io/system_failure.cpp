#include "io/system_failure.hpp"

#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace forager {

namespace {

Errc code_of(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR: return Errc::not_found;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENAMETOOLONG: return Errc::limit;
    case EINVAL: return Errc::bad_arguments;
    default: return Errc::refused;
    }
}

std::string reason_of(int error)
{
    if (error == EFBIG)
        return "it would be larger than the largest file that is allowed here";
    std::string reason = std::generic_category().message(error);
    // The system's own words begin with a capital: "Permission denied".
    if (reason.size() > 1 && reason[0] >= 'A' && reason[0] <= 'Z' && reason[1] >= 'a' && reason[1] <= 'z')
        reason[0] = static_cast<char>(reason[0] | 0x20);
    return reason;
}

} // namespace

Failure system_failure(const std::string& attempt, int error)
{
    return {code_of(error), attempt + ": " + reason_of(error) + "."};
}

bool Descriptor::close()
{
    if (number_ < 0)
        return true;
    return ::close(std::exchange(number_, -1)) == 0;
}

} // namespace forager
