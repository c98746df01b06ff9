#include "io/process/replica/rotating_log.hpp"

#include "io/process/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdio>
#include <utility>

namespace forager {

namespace {

std::string present(const std::string& folder)
{
    return folder + "/output";
}

std::string before(const std::string& folder)
{
    return folder + "/output.1";
}

} // namespace

RotatingLog::RotatingLog(std::string folder, std::size_t most) : folder_{std::move(folder)}, most_{most}
{
    open();
}

void RotatingLog::open()
{
    file_ = Descriptor{
        ::open(present(folder_).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)};
    struct stat there{};
    const bool known = file_ && ::fstat(file_.number(), &there) == 0;
    size_ = known ? static_cast<std::size_t>(there.st_size) : 0;
}

void RotatingLog::write(std::string_view bytes)
{
    if (size_ > 0 && size_ + bytes.size() > most_) {
        (void)::rename(present(folder_).c_str(), before(folder_).c_str());
        open();
    }
    if (file_ && write_all(file_.number(), bytes))
        size_ += bytes.size();
}

std::string RotatingLog::content(const std::string& folder)
{
    return content_of(before(folder)) + content_of(present(folder));
}

} // namespace forager
