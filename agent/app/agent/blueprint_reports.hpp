// Tells a colony how its blueprints are: soon after something has changed, and every minute as a sign of life. A
// server that is away hears the last word when it is back. On the strand.
#pragma once

#include "core/reconcile/key.hpp"
#include "core/value.hpp"
#include "io/nap.hpp"
#include "ports/clock.hpp"
#include "primitives/colony/member.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace forager {

class BlueprintReports {
public:
    static constexpr Duration delay = std::chrono::milliseconds{500};  ///< changes within it are told at once
    static constexpr Duration sign_of_life = std::chrono::seconds{60}; ///< also when nothing has changed
    static constexpr Duration after_failure = std::chrono::seconds{5};

    /// All must outlive it.
    struct Parts {
        boost::asio::any_io_executor executor;
        Clock& clock;
        std::function<Result<ColonyMember*>()> member;
        /// As it is now; nothing: it is not told of any more.
        std::function<std::optional<Object>(const reconcile::Key& key)> status;
        std::function<void(const std::string& message)> warn;
    };

    explicit BlueprintReports(Parts parts) : parts_{std::move(parts)}, nap_{parts_.executor, parts_.clock} {}

    /// Something of it may have changed.
    void touch(const reconcile::Key& key);

    /// What the server has is another one, or none: it is told whether it has changed or not.
    void tell_again(const reconcile::Key& key);

    void forget(const reconcile::Key& key) { told_.erase(key); }

    /// Tells what has changed now. Failures: the server's.
    boost::asio::awaitable<Result<void>> tell(reconcile::Key key);

    /// Never returns. Ends with `operation_aborted` when it is cancelled.
    boost::asio::awaitable<void> run();

private:
    struct Told {
        Object last; // what the server has heard, without what changes with every look
        std::optional<TimePoint> at;
        TimePoint due{};
    };

    boost::asio::awaitable<Result<void>> write(reconcile::Key key, Object status);
    std::vector<reconcile::Key> due() const;
    TimePoint next_due() const;
    void hear(const Result<void>& told);

    Parts parts_;
    Nap nap_;
    std::map<reconcile::Key, Told> told_;
    std::string trouble_; // that was told of
};

} // namespace forager
