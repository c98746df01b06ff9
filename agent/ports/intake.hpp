// How sources hand in work and hear what became of it.
#pragma once

#include "core/invocation.hpp"
#include "core/outcome.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <string>
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

    /// Starts the invocation. `reporter` hears exactly one outcome of it and must outlive it. Where it has to wait for
    /// a place of its function, it goes before those of a lower priority, and leaves its permit to others meanwhile.
    virtual void submit(Permit permit, Invocation invocation, Reporter& reporter, int priority) = 0;
    void submit(Permit permit, Invocation invocation, Reporter& reporter)
    {
        submit(std::move(permit), std::move(invocation), reporter, 0);
    }

    static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

    /// How many more of this function could run at this moment.
    virtual std::size_t room_for(const std::string&) const { return no_limit; }

    /// From now on `tell` is called whenever there is more room for a function; nothing: nobody is. One who listens.
    virtual void on_room(std::function<void()> tell) { (void)tell; }

    /// How many were submitted and wait for a place of a function.
    virtual std::size_t crowd() const { return 0; }
};

} // namespace forager
