#include "primitives/files/content.hpp"

#include "base/text.hpp"
#include "io/system_failure.hpp"
#include "primitives/files/new_file.hpp"
#include "primitives/files/paths.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace forager::blocking {

namespace {

constexpr std::size_t piece = std::size_t{256} * 1024;

Failure over_limit(const std::string& attempt, std::size_t limit)
{
    return {Errc::limit, attempt + ": it is larger than the limit of " + bytes_text(limit) + "."};
}

// Reads to the end whatever size was told: the files of /proc say zero, and logs grow.
Result<std::string> read_to_end(int descriptor, std::size_t expected, std::size_t limit, const std::string& attempt)
{
    std::string content;
    content.reserve(std::min(expected, limit) + 1);
    for (std::size_t used = 0;;) {
        content.resize(used + std::clamp<std::size_t>(content.capacity() - used, 1, piece));
        const ssize_t count = ::read(descriptor, content.data() + used, content.size() - used);
        if (count < 0 && errno != EINTR)
            return system_failure(attempt, errno);
        used += count > 0 ? static_cast<std::size_t>(count) : 0;
        content.resize(used);
        if (used > limit)
            return over_limit(attempt, limit);
        if (count == 0)
            return content;
    }
}

// Failures: refused for what is no regular file.
Result<struct stat> status_of(const Descriptor& file, const std::string& attempt)
{
    struct stat status{};
    if (::fstat(file.number(), &status) != 0)
        return system_failure(attempt, errno);
    if (!S_ISREG(status.st_mode))
        return Failure{Errc::refused, attempt + ": it is a " + std::string{type_name(status.st_mode)} + "."};
    return status;
}

Result<void> append(const std::string& path, std::string_view bytes, const WriteOptions& options)
{
    const std::string attempt = cannot("write", path);
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | (options.exclusive ? O_EXCL : 0);
    const Descriptor file{::open(path.c_str(), flags, 0666)};
    if (!file)
        return system_failure(attempt, errno);
    const auto status = status_of(file, attempt);
    if (!status)
        return status.error();
    if (options.mode && ::fchmod(file.number(), *options.mode) != 0)
        return system_failure(attempt, errno);
    auto written = write_all(file.number(), bytes, attempt);
    if (!written)
        (void)!::ftruncate(file.number(), status->st_size);
    return written;
}

} // namespace

Result<std::string> read(const std::string& path, std::size_t limit)
{
    if (auto failure = unusable("read", path))
        return *std::move(failure);
    const std::string attempt = cannot("read", path);
    // Without waiting: a pipe that nobody writes to must not hold the thread.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (!file)
        return system_failure(attempt, errno);
    const auto status = status_of(file, attempt);
    if (!status)
        return status.error();
    const auto size = static_cast<std::size_t>(status->st_size);
    return size > limit ? over_limit(attempt, limit) : read_to_end(file.number(), size, limit, attempt);
}

Result<void> write(const std::string& path, std::string_view bytes, const WriteOptions& options)
{
    if (auto failure = unusable("write", path))
        return *std::move(failure);
    if (options.append)
        return append(path, bytes, options);
    auto file = NewFile::begin(path, cannot("write", path));
    if (!file)
        return file.error();
    if (auto written = file->write(bytes); !written)
        return written;
    return file->keep(options.mode, options.exclusive);
}

} // namespace forager::blocking
