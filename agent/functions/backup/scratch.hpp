// Files and folders that stand beside their place for a while, and are gone when the work is.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace forager::backup {

class Scratch {
public:
    explicit Scratch(std::string path) : path_{std::move(path)} {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// A name that nothing has, in the folder where `target` is.
std::string beside_of(const std::string& target);

} // namespace forager::backup
