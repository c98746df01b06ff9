// How sources hand in work and hear what became of it.
#pragma once

#include "core/invocation.hpp"
#include "core/outcome.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <utility>

namespace forager {

/// The right to have one invocation running. Given back when it is destroyed.
class Permit {
public:
    Permit() = default;
    explicit Permit(std::function<void()> give_back) : give_back_{std::move(give_back)} {}
    Permit(Permit&& other) noexcept : give_back_{std::exchange(other.give_back_, nullptr)} {}
    Permit& operator=(Permit&& other) noexcept
    {
        std::swap(give_back_, other.give_back_);
        return *this;
    }
    ~Permit()
    {
        if (give_back_)
            give_back_();
    }

private:
    std::function<void()> give_back_;
};

/// Tells outcomes to whoever asked, in their language.
class Reporter {
public:
    virtual ~Reporter() = default;

    /// Reports one outcome. A failure here means "not delivered yet".
    virtual boost::asio::awaitable<Result<void>> report(const Invocation& invocation, const Outcome& outcome) = 0;
};

class Intake {
public:
    virtual ~Intake() = default;

    /// Waits until another invocation may start.
    virtual boost::asio::awaitable<Permit> permit() = 0;

    /// The same without waiting: nothing when none may.
    virtual std::optional<Permit> permit_now() = 0;

    /// Starts the invocation. `reporter` hears exactly one outcome of it and must outlive it.
    virtual void submit(Permit permit, Invocation invocation, Reporter& reporter) = 0;
};

} // namespace forager
