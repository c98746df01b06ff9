#include "io/process/kept/packing.hpp"

#include <cstring>

namespace forager {

Packer& Packer::number(std::uint64_t value)
{
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
}

Packer& Packer::text(std::string_view value)
{
    number(value.size());
    bytes_.append(value);
    return *this;
}

std::uint64_t Unpacker::number()
{
    std::uint64_t value = 0;
    const std::string_view found = bytes(sizeof value);
    if (good_)
        std::memcpy(&value, found.data(), found.size());
    return value;
}

std::string Unpacker::text()
{
    return std::string{bytes(number())};
}

std::string_view Unpacker::bytes(std::uint64_t count)
{
    if (count > rest_.size()) {
        good_ = false;
        rest_ = {};
        return rest_;
    }
    const std::string_view found = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return found;
}

} // namespace forager
