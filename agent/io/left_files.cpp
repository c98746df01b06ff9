#include "io/left_files.hpp"

#include "io/system_failure.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <system_error>

namespace forager {

namespace fs = std::filesystem;

namespace {

Duration age_of(const fs::path& path)
{
    std::error_code unseen;
    const auto changed = fs::last_write_time(path, unseen);
    return unseen ? Duration{} : std::chrono::duration_cast<Duration>(fs::file_time_type::clock::now() - changed);
}

bool is_of_kind(int descriptor, LeftKind kind)
{
    struct stat status{};
    if (::fstat(descriptor, &status) != 0)
        return false;
    return kind == LeftKind::files ? S_ISREG(status.st_mode) : S_ISDIR(status.st_mode);
}

} // namespace

void remove_left(const std::string& folder, std::string_view prefix, LeftKind kind,
                 const std::function<bool(const LeftFile& file)>& is_one)
{
    std::error_code ignored;
    for (fs::directory_iterator entry{folder, ignored}, end; !ignored && entry != end; entry.increment(ignored)) {
        const fs::path& path = entry->path();
        if (!path.filename().native().starts_with(prefix))
            continue;
        // Without waiting for whoever writes into what turns out to be a pipe.
        const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
        if (!file || !is_of_kind(file.number(), kind))
            continue;
        // Looked at before it is locked: who has just made one finds it free.
        const bool is_left = is_one({path.string(), file.number(), age_of(path)});
        std::error_code unseen;
        if (is_left && ::flock(file.number(), LOCK_EX | LOCK_NB) == 0)
            fs::remove_all(path, unseen);
    }
}

} // namespace forager
