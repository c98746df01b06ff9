#include "config/text_file.hpp"

#include "base/text.hpp"
#include "io/system_failure.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace forager::config {

namespace {

// One byte more than allowed tells that there is more.
Result<std::string> read_up_to(const Descriptor& file, std::size_t most, const std::string& attempt)
{
    std::string text(most, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t count = ::read(file.number(), text.data() + size, text.size() - size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return system_failure(attempt, errno);
        if (count == 0)
            break;
        size += static_cast<std::size_t>(count);
    }
    text.resize(size);
    return text;
}

} // namespace

Result<TextFile> read_text_file(const std::string& path, std::size_t most)
{
    const std::string attempt = "cannot read " + path;
    // Without O_NONBLOCK a pipe would be waited for.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (!file)
        return system_failure(attempt, errno);
    struct stat about{};
    if (::fstat(file.number(), &about) != 0)
        return system_failure(attempt, errno);
    if (!S_ISREG(about.st_mode))
        return Failure{Errc::refused, attempt + ": it is no regular file."};
    auto text = read_up_to(file, most + 1, attempt);
    if (!text)
        return text.error();
    if (text->size() > most)
        return Failure{Errc::limit, path + " is longer than " + bytes_text(most) + "."};
    return TextFile{std::move(*text), about.st_mode & 07777U};
}

} // namespace forager::config
