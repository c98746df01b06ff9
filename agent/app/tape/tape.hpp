// What one run has asked of the world and what it was answered: enough to run it again where there is no world.
#pragma once

#include "app/asked.hpp"
#include "app/stage.hpp"
#include "core/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager {

/// One call at the border.
struct TapedCall {
    Asked asked;
    Duration begun{};               ///< since the run began
    std::optional<Duration> ended;  ///< nothing: it never ended, since it was cancelled
    std::vector<std::string> lines; ///< that a built-in function said meanwhile
    Outcome outcome = Outputs{};    ///< of one that has ended

    TapedCall() = default;
};

struct Tape {
    static constexpr std::size_t most_calls = 100'000;

    StagedWork work; ///< with the texts of its scripts
    WallTime begun{};
    std::uint64_t seed = 0; ///< of all chance
    std::vector<TapedCall> calls;
    std::vector<WallTime> walls;    ///< the calendar's times that scripts were told, in their order
    std::vector<TimePoint> moments; ///< and those of the monotonic clock
    std::vector<std::string> lines; ///< what it said
    Outcome end = Outputs{};
    bool cut = false; ///< there was more than a tape holds

    Tape() = default;
};

/// One JSON document. Failures: those of files.
Result<void> write_tape(const std::string& path, const Tape& tape);

/// Failures: those of files; bad_arguments: it is no tape, or one of another version.
Result<Tape> read_tape(const std::string& path);

} // namespace forager
