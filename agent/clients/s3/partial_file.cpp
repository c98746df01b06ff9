#include "clients/s3/partial_file.hpp"

#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace forager::s3 {

namespace {

constexpr mode_t readable = 0666; // less the user's mask

// In the target's folder, for only there a rename is atomic. One that is hidden itself keeps the name by which its
// owner finds what is left over.
std::string hidden_name(const std::string& path, std::string_view about)
{
    const std::size_t name = path.rfind('/') + 1;
    const std::string sum = to_hex(digest(Digest::sha256, path.substr(name) + "\n" + std::string{about}));
    const bool is_hidden = std::string_view{path}.substr(name).starts_with(".forager-");
    return (is_hidden ? path + "-part-" : path.substr(0, name) + ".forager-part-") + sum.substr(0, 24);
}

std::string unique(const std::string& name)
{
    static std::atomic<unsigned> number{0};
    return name + "-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
}

Failure cannot_write(const std::string& path)
{
    return system_failure("cannot write '" + path + "'", errno);
}

// Nobody else has it, and it did not vanish while it was locked.
bool is_ours_alone(int file, const std::string& path)
{
    struct stat opened{};
    struct stat named{};
    return ::flock(file, LOCK_EX | LOCK_NB) == 0 && ::fstat(file, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

bool write_at(int file, std::uint64_t offset, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno != EINTR)
            return false;
        const auto done = static_cast<std::size_t>(std::max<ssize_t>(written, 0));
        bytes.remove_prefix(done);
        offset += done;
    }
    return true;
}

std::string read_at(int file, std::uint64_t offset, std::size_t most)
{
    std::string bytes(most, '\0');
    const auto got = ::pread(file, bytes.data(), most, static_cast<off_t>(offset));
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return bytes;
}

} // namespace

PartialFile::PartialFile(PartialFile&& other) noexcept
    : plan_{std::move(other.plan_)},
      temporary_{std::exchange(other.temporary_, {})},
      file_{std::move(other.file_)},
      there_{std::move(other.there_)},
      adopted_{other.adopted_}
{
}

PartialFile& PartialFile::operator=(PartialFile&& other) noexcept
{
    std::swap(plan_, other.plan_);
    std::swap(temporary_, other.temporary_);
    std::swap(file_, other.file_);
    std::swap(there_, other.there_);
    std::swap(adopted_, other.adopted_);
    return *this;
}

PartialFile::~PartialFile()
{
    if (!temporary_.empty())
        ::unlink(temporary_.c_str());
}

Result<PartialFile> PartialFile::open(Plan plan)
{
    PartialFile partial;
    partial.plan_ = std::move(plan);
    const std::string name = hidden_name(partial.plan_.path, partial.plan_.object);
    const auto open_as = [&](const std::string& file, int more) {
        partial.file_ = Descriptor{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | more, readable)};
        return static_cast<bool>(partial.file_);
    };
    if (!open_as(name, 0))
        return cannot_write(partial.plan_.path);
    partial.temporary_ = name;
    if (!is_ours_alone(partial.file_.number(), name)) {
        partial.temporary_ = unique(name);
        if (!open_as(partial.temporary_, O_EXCL))
            return cannot_write(partial.plan_.path);
    }
    partial.adopted_ = partial.plan_.adopts && partial.adopt();
    if (!partial.adopted_)
        if (auto begun = partial.begin(); begun.has_error())
            return begun.error();
    return partial;
}

// What stands behind the content: this line, then a byte for each range.
std::string PartialFile::label() const
{
    return "forager download of " + plan_.object + " in ranges of " + std::to_string(plan_.range) + "\n";
}

bool PartialFile::adopt()
{
    const std::string expected = label();
    const auto count = static_cast<std::size_t>((plan_.size + plan_.range - 1) / plan_.range);
    const std::string found = read_at(file_.number(), plan_.size, expected.size() + count + 1);
    if (!found.starts_with(expected) || found.size() != expected.size() + count)
        return false;
    there_.clear();
    for (std::size_t i = 0; i < count; ++i)
        there_.push_back(found[expected.size() + i] == '+');
    return true;
}

Result<void> PartialFile::begin()
{
    if (::ftruncate(file_.number(), 0) != 0)
        return cannot_write(plan_.path);
    return restart();
}

Result<void> PartialFile::restart()
{
    adopted_ = false;
    const auto count = static_cast<std::size_t>((plan_.size + plan_.range - 1) / plan_.range);
    there_.assign(count, false);
    if (!write_at(file_.number(), plan_.size, label() + std::string(count, '-')))
        return cannot_write(plan_.path);
    return {};
}

Result<void> PartialFile::write(std::uint64_t offset, std::string_view bytes)
{
    return write_at(file_.number(), offset, bytes) ? Result<void>{} : cannot_write(plan_.path);
}

Result<void> PartialFile::mark(std::size_t range)
{
    return write(plan_.size + label().size() + range, "+");
}

Result<void> PartialFile::read(std::uint64_t offset, std::size_t most,
                               const std::function<void(std::string_view)>& take) const
{
    while (most > 0) {
        const std::string bytes = read_at(file_.number(), offset, std::min<std::size_t>(most, 256 * 1024));
        if (bytes.empty())
            return system_failure("cannot read again what was written to '" + plan_.path + "'", errno);
        take(bytes);
        offset += bytes.size();
        most -= bytes.size();
    }
    return {};
}

Result<void> PartialFile::commit()
{
    if (::ftruncate(file_.number(), static_cast<off_t>(plan_.size)) != 0 || ::fsync(file_.number()) != 0 ||
        ::rename(temporary_.c_str(), plan_.path.c_str()) != 0)
        return cannot_write(plan_.path);
    temporary_.clear();
    return {};
}

Result<void> write_whole_file(const std::string& path, std::string_view bytes)
{
    // What a killed one has left is taken over; the lock is held until the file has its name.
    std::string temporary = hidden_name(path, {});
    Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, readable)};
    if (file && !is_ours_alone(file.number(), temporary)) {
        temporary = unique(temporary);
        file = Descriptor{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, readable)};
    }
    if (!file)
        return cannot_write(path);
    if (::ftruncate(file.number(), 0) == 0 && write_at(file.number(), 0, bytes) && ::fsync(file.number()) == 0 &&
        ::rename(temporary.c_str(), path.c_str()) == 0)
        return {};
    Failure failure = cannot_write(path);
    ::unlink(temporary.c_str());
    return failure;
}

} // namespace forager::s3
