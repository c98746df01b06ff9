// A thread beside the loop that hears SIGINT, SIGTERM, SIGQUIT, SIGHUP and the end of the time limit. It asks the loop
// to stop, and ends the program itself when the loop cannot answer any more, as inside a C function of Lua that never
// ends.
#pragma once

#include "base/time.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace forager {

/// Blocks the watchdog's signals in this thread and those that it starts from now on. First thing in main().
void block_watched_signals();

/// Lets them end the program again. When the work is over, and all that is left is to tell of it.
void release_watched_signals();

class Watchdog {
public:
    struct Stop {
        int signal = 0; ///< 0: the time limit
        bool operator==(const Stop&) const = default;
    };

    struct Config {
        std::optional<Duration> limit;                ///< of the whole run
        Duration clean_up = std::chrono::seconds{12}; ///< what the work may take to end once it was asked to
        Duration answer = std::chrono::seconds{1};    ///< what the loop may take to show that it is alive
    };

    struct Callbacks {
        std::function<void(Stop)> stop; ///< asks the work to end; called once, on the watchdog's thread
        std::function<void(std::function<void()>)> ping; ///< has the loop call the function
        std::function<void(Stop)> last_act; ///< kills what is left and tells the user; then the program ends
        std::function<void()> hangup{};     ///< where there is one, SIGHUP calls it instead of asking for the end
        std::function<bool()> interrupt{};  ///< the same for SIGINT; false: it asks for the end all the same
    };

    Watchdog(Config config, Callbacks callbacks);
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    ~Watchdog();

    /// Why the work was asked to end; nothing when it was not.
    std::optional<Stop> stopped() const;

    /// 130, 143, 131, 129 for a signal, 1 for the time limit.
    static int exit_code(Stop stop);

private:
    void watch();
    std::optional<Stop> wait(std::optional<std::chrono::steady_clock::time_point> until);
    [[noreturn]] void end_program(Stop stop);
    void see_it_end(Stop stop);

    Config config_;
    Callbacks callbacks_;
    std::atomic<int> stopped_{-1};
    std::atomic<bool> done_{false};
    std::thread thread_;
};

} // namespace forager
