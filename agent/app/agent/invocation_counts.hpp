// How many invocations of each function have ended and how, and how long they took: what metrics tell of the past. One
// for the agent, told by its observer, on the strand.
#pragma once

#include "base/histogram.hpp"
#include "core/invocation.hpp"
#include "ports/clock.hpp"
#include "ports/observer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace forager {

class InvocationCounts {
public:
    /// Functions beyond so many are counted together, under this name, which no function can have.
    static constexpr std::size_t most_functions = 100;
    static constexpr const char* others = "other";

    struct OfFunction {
        std::uint64_t succeeded = 0;
        std::uint64_t failed = 0;
        std::uint64_t cancelled = 0;
        Histogram seconds; ///< from the beginning of the first try to the end, pauses included
    };

    explicit InvocationCounts(const Clock& clock) : clock_{clock} {}

    void state(const Invocation& invocation, State state);

    const std::map<std::string, OfFunction, std::less<>>& functions() const { return functions_; }

private:
    OfFunction& of(const std::string& function);
    void ended(const Invocation& invocation, std::uint64_t OfFunction::* how);

    const Clock& clock_;
    std::map<std::string, OfFunction, std::less<>> functions_;
    std::map<std::string, TimePoint, std::less<>> begun_; // by id: of those that have not ended
};

} // namespace forager
