// How often a value fell below each of a few bounds, and the sum of all: what a histogram of metrics is made of.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace forager {

/// Of durations in seconds, from a quick call to an hour's work.
class Histogram {
public:
    static constexpr std::array<double, 10> bounds = {0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800, 3600};

    void add(double value)
    {
        const auto bound = std::ranges::lower_bound(bounds, value);
        ++counts_[static_cast<std::size_t>(bound - bounds.begin())];
        sum_ += value;
    }

    /// One for each bound, and a last one for what is above all; not cumulative.
    std::span<const std::uint64_t> counts() const { return counts_; }
    double sum() const { return sum_; }

private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    double sum_ = 0;
};

} // namespace forager
