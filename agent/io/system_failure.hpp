// What the operating system answers, as a failure; and a descriptor that closes itself. For code that calls it
// directly: files, archives, child processes.
#pragma once

#include "core/failure.hpp"

#include <string>
#include <utility>

namespace forager {

/// "ATTEMPT: reason." with the code that fits the error number: `not_found`, `limit` for a full disk and other limits,
/// else `refused`.
Failure system_failure(const std::string& attempt, int error);

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_{number} {}
    Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() { (void)close(); }

    explicit operator bool() const { return number_ >= 0; }
    int number() const { return number_; }

    /// Hands the descriptor over to somebody else, who closes it.
    int release() { return std::exchange(number_, -1); }

    /// False, with `errno` set, when what was written could not be kept.
    bool close();

private:
    int number_ = -1;
};

} // namespace forager
