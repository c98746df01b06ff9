// Chance from the machine, or from a seed where a run must be repeatable. Not for keys and tokens.
#pragma once

#include "ports/clock.hpp"

#include <cstdint>
#include <random>

namespace forager {

class SystemRandom final : public Random {
public:
    SystemRandom() : SystemRandom{fresh_seed()} {}
    explicit SystemRandom(std::uint64_t seed) : engine_{seed} {}

    std::uint64_t next() override { return engine_(); }

private:
    static std::uint64_t fresh_seed()
    {
        std::random_device device;
        return std::uint64_t{device()} << 32 | device();
    }

    std::mt19937_64 engine_;
};

} // namespace forager
