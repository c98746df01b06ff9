// How many invocations of each function may run at once. Part of the scheduler, used on the strand.
#pragma once

#include "core/failure.hpp"
#include "core/function.hpp"
#include "core/invocation.hpp"
#include "ports/intake.hpp"
#include "runtime/semaphore.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace forager {

/// Must outlive its permits.
class FunctionLimits {
public:
    FunctionLimits() = default;
    FunctionLimits(const FunctionLimits&) = delete;
    FunctionLimits& operator=(const FunctionLimits&) = delete;
    ~FunctionLimits() = default;

    /// How many permits are to be had at once.
    std::size_t room(const Function& function) const;

    /// Waits until one more may run, before those of a lower priority. Failures: limit, when everyone who could make
    /// room waits itself for an invocation of the same function further down.
    boost::asio::awaitable<Result<Permit>> permit(const Function& function, const Invocation& invocation, int priority);

    /// The same without waiting: nothing when there is no room, or nothing to hold.
    std::optional<Permit> permit_now(const Function& function, const Invocation& invocation);

    /// Is called whenever a permit was given back.
    void on_room(std::function<void()> tell) { tell_ = std::move(tell); }

private:
    struct Limit {
        Semaphore semaphore{0};
        std::multimap<std::string, std::size_t> holders; // id → how many below it wait for this function again
    };
    class Blocked;

    static bool is_stuck(const Limit& limit, std::size_t most);
    Permit held_by(Limit& limit, const std::string& id);

    std::map<std::string, Limit> limits_;
    std::function<void()> tell_;
};

} // namespace forager
