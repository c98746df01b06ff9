// Tells the service manager how the agent is, as sd_notify(3) has it. One for the agent, on the strand; it does nothing
// where there is no service manager.
#pragma once

#include "base/time.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace forager {

class ServiceManager {
public:
    struct Config {
        std::string socket;               ///< where it listens; "@NAME": in the kernel's own namespace
        std::optional<Duration> patience; ///< it ends whoever gives no sign of life for so long
    };

    /// What is meant for this process. It leaves the environment: children must not speak in our name.
    static Config take_from_environment();

    explicit ServiceManager(Config config);

    bool listens() const { return !config_.socket.empty(); }

    void ready() const;

    /// It may take so long until all is over.
    void stopping(Duration longest) const;

    /// Says that scripts are loaded again, and at its end that this is over.
    class Reload {
    public:
        Reload(const ServiceManager& manager, TimePoint now);
        Reload(const Reload&) = delete;
        Reload& operator=(const Reload&) = delete;
        ~Reload();

    private:
        const ServiceManager& manager_;
    };

    /// Gives signs of life, and one line of status whenever that has changed, until it is cancelled.
    boost::asio::awaitable<void> keep_told(Clock& clock, std::function<std::string()> status);

private:
    void tell_news(TimePoint now, Duration pause, const std::string& status);
    bool send(std::string_view state, int how = 0) const;

    Config config_;
    std::string told_; // the last status
    std::optional<TimePoint> alive_;
};

} // namespace forager
