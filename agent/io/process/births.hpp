// Whether children may still be born: asked on the pool, ended by the watchdog's thread.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>

namespace forager {

class Births {
public:
    /// Holds up the end of all births as long as it lives; `allowed()` must be asked first.
    class Permit {
    public:
        explicit Permit(Births& births) : lock_{births.underway_}, allowed_{!births.over_} {}

        bool allowed() const { return allowed_; }

    private:
        std::shared_lock<std::shared_timed_mutex> lock_;
        bool allowed_;
    };

    /// No child is born from now on; those that are underway are born when it returns, unless that takes seconds.
    void end()
    {
        over_ = true;
        const std::unique_lock lock{underway_, std::chrono::seconds{2}};
    }

private:
    std::atomic<bool> over_ = false;
    std::shared_timed_mutex underway_;
};

} // namespace forager
