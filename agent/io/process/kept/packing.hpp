// Numbers and texts one after another, as an agent and its keepers hand them to each other on one machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace forager {

class Packer {
public:
    Packer& number(std::uint64_t value);
    Packer& text(std::string_view value);

    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

/// What is missing reads as 0 or empty, and makes it bad.
class Unpacker {
public:
    explicit Unpacker(std::string_view bytes) : rest_{bytes} {}

    std::uint64_t number();
    std::string text();

    /// Whether all that was asked for was there.
    bool good() const { return good_; }

private:
    std::string_view bytes(std::uint64_t count);

    std::string_view rest_;
    bool good_ = true;
};

} // namespace forager
