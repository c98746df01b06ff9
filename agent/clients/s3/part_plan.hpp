// How large the parts of an upload are. Pure.
#pragma once

#include "core/failure.hpp"

#include <algorithm>
#include <cstdint>

namespace forager::s3 {

class PartPlan {
public:
    static constexpr int most = 10'000; ///< parts that an upload may have

    /// Equal parts of so many bytes, more where there would be too many of them: in whole mebibytes.
    static PartPlan for_size(std::uint64_t size, std::uint64_t part_size)
    {
        constexpr std::uint64_t unit = std::uint64_t{1024} * 1024;
        const std::uint64_t least = (size + most - 1) / most;
        return {least <= part_size ? part_size : (least + unit - 1) / unit * unit, false};
    }

    /// For content that ends nobody knows where: parts grow with the square of their thousands, up to a hundredfold,
    /// so that short content takes little memory and 2.9 TiB fit.
    static PartPlan for_stream(std::uint64_t part_size) { return {part_size, true}; }

    /// Parts are numbered from 1 on.
    std::uint64_t size_of(int number) const
    {
        constexpr int as_large = 1000;
        const auto step = static_cast<std::uint64_t>(grows_ ? (number - 1) / as_large + 1 : 1);
        return part_size_ * step * step;
    }

    std::uint64_t part_size() const { return part_size_; }

private:
    PartPlan(std::uint64_t part_size, bool grows) : part_size_{part_size}, grows_{grows} {}

    std::uint64_t part_size_;
    bool grows_;
};

} // namespace forager::s3
