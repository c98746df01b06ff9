// What a campaign is told and tells: which seeds to try, and how much it has seen. `./dev soak` sets and reads it; in
// `./dev test` a campaign is as long as it says itself.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace forager::test {

struct Soak {
    std::uint64_t first; ///< seed
    std::uint64_t rounds;

    static std::uint64_t number(const char* name, std::uint64_t otherwise)
    {
        const char* text = std::getenv(name);
        return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
    }

    explicit Soak(std::uint64_t rounds)
        : first{number("FORAGER_SOAK_SEED", 1)}, rounds{number("FORAGER_SOAK_ROUNDS", rounds)}
    {
    }

    std::uint64_t end() const { return first + rounds; }

    /// So many of these were seen, besides what was told before.
    static void tell(std::string_view what, std::uint64_t count)
    {
        if (const char* path = std::getenv("FORAGER_SOAK_COUNTS"))
            std::ofstream{path, std::ios::app} << count << " " << what << "\n";
    }

    /// How to have this seed again.
    static std::string again(std::string_view campaign, std::uint64_t seed)
    {
        return "to repeat it: ./dev soak " + std::string{campaign} + " --seed " + std::to_string(seed) + " --rounds 1";
    }
};

} // namespace forager::test
