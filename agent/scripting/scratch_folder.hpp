// A folder for one command, removed with all that it holds.
#pragma once

#include "core/failure.hpp"

#include <string>
#include <utility>

namespace forager::scripting {

class ScratchFolder {
public:
    /// Failures: refused, limit (no space).
    static Result<ScratchFolder> make();

    ScratchFolder(ScratchFolder&& other) noexcept : path_{std::exchange(other.path_, {})} {}
    ScratchFolder& operator=(ScratchFolder&&) = delete;
    ~ScratchFolder();

    const std::string& path() const { return path_; }

private:
    explicit ScratchFolder(std::string path) : path_{std::move(path)} {}

    std::string path_;
};

} // namespace forager::scripting
