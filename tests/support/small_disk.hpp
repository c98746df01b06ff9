// A place where a megabyte does not fit: a tiny disk of its own where that is allowed, else a limit on the size of
// files for as long as the object lives. Threads that shall see the disk must start after it.
#pragma once

#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

namespace forager::test {

class SmallDisk {
public:
    explicit SmallDisk(std::string path) : path_{std::move(path)}
    {
        std::filesystem::create_directories(path_);
        // In a mount namespace of this thread's own, so that nothing is left behind whatever happens.
        mounted_ = ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                   ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=256k") == 0;
        if (mounted_)
            return;
        ::getrlimit(RLIMIT_FSIZE, &before_);
        old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{256 * 1024, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    ~SmallDisk()
    {
        if (mounted_) {
            ::umount2(path_.c_str(), MNT_DETACH);
            return;
        }
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, old_handler_);
    }

    const std::string& path() const { return path_; }
    std::string at(std::string_view name) const { return path_ + "/" + std::string{name}; }

    /// What the system says when it is full.
    std::string_view words() const
    {
        return mounted_ ? "no space left on device." : "it would be larger than the largest file";
    }

private:
    std::string path_;
    bool mounted_ = false;
    rlimit before_{};
    void (*old_handler_)(int) = SIG_DFL;
};

} // namespace forager::test
