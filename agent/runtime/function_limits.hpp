// How many invocations of each function may run at once. Part of the scheduler, used on the strand.
#pragma once

#include "core/failure.hpp"
#include "core/function.hpp"
#include "core/invocation.hpp"
#include "ports/intake.hpp"
#include "runtime/semaphore.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <string>

namespace forager {

/// Must outlive its permits.
class FunctionLimits {
public:
    FunctionLimits() = default;
    FunctionLimits(const FunctionLimits&) = delete;
    FunctionLimits& operator=(const FunctionLimits&) = delete;
    ~FunctionLimits() = default;

    /// Whether a permit is to be had at once.
    bool has_room(const Function& function) const;

    /// Waits until one more may run. Failures: limit, when everyone who could make room waits itself for an invocation
    /// of the same function further down.
    boost::asio::awaitable<Result<Permit>> permit(const Function& function, const Invocation& invocation);

private:
    struct Limit {
        Semaphore semaphore{0};
        std::multimap<std::string, std::size_t> holders; // id → how many below it wait for this function again
    };
    class Blocked;

    static bool is_stuck(const Limit& limit, std::size_t most);

    std::map<std::string, Limit> limits_;
};

} // namespace forager
