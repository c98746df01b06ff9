// What a replica writes, in two files: the present one, and the one before. When the present one is full it takes the
// place of the one before, so that at most twice its size is kept. Blocks.
#pragma once

#include "io/system_failure.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace forager {

class RotatingLog {
public:
    static constexpr std::size_t usual_size = std::size_t{4} * 1024 * 1024;

    /// Goes on with what is in the folder.
    explicit RotatingLog(std::string folder, std::size_t most = usual_size);

    /// What cannot be written is lost: a full disk must not hold up who writes.
    void write(std::string_view bytes);

    /// All that is kept.
    static std::string content(const std::string& folder);

private:
    void open();

    std::string folder_;
    std::size_t most_;
    std::size_t size_ = 0;
    Descriptor file_;
};

} // namespace forager
