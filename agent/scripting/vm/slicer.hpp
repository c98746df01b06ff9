// Keeps Lua code that computes for long from holding up everybody else: it arms a hook when a slice has lasted too
// long. Costs nothing while slices are short: the kernel counts the thread's CPU time.
#pragma once

#include "scripting/vm/spare_time.hpp"

#include <lua.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>

namespace forager::scripting {

class Slicer {
public:
    /// How much CPU time passes between two looks; a slice is ended at the second look at it.
    static constexpr std::chrono::milliseconds period{10};

    /// How long the next slices are, on the wall's clock, of what was ended once: each costs some 40 µs.
    static constexpr std::chrono::milliseconds short_slice{2};

    /// `hook` is called in Lua code whose slice is over. Must be constructed on the thread that runs the Lua code.
    explicit Slicer(lua_Hook hook);
    Slicer(const Slicer&) = delete;
    Slicer& operator=(const Slicer&) = delete;
    ~Slicer();

    /// Lua code runs on `L` until the next call; nullptr: none. A new slice begins when `fresh`.
    void running(lua_State* L, bool fresh) noexcept
    {
        if (fresh)
            slice_.store(slice_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        running_.store(L, std::memory_order_relaxed);
    }

    /// The slice that has just begun is a short one.
    void shorten() noexcept;

    /// Where that waits which computes for long.
    SpareTime& spare_time() noexcept { return spare_time_; }

    lua_State* running() const noexcept { return running_.load(std::memory_order_relaxed); }

    /// Asks whatever computes to end, even where it cannot be suspended. Any thread may call it.
    void interrupt() noexcept { interrupted_.store(true, std::memory_order_relaxed); }
    /// Takes that back.
    void go_on() noexcept { interrupted_.store(false, std::memory_order_relaxed); }
    bool interrupted() const noexcept { return interrupted_.load(std::memory_order_relaxed); }

private:
    // What rings: the tick, or the end of a short slice.
    struct Bell {
        Slicer& slicer;
        bool is_short;
        timer_t timer{};
    };

    static void ring(int signal, siginfo_t* info, void* context);
    static void make(Bell& bell, clockid_t clock);
    static bool wind(Bell& bell, std::chrono::nanoseconds time) noexcept;
    void tick() noexcept;
    void end_slice() noexcept;

    lua_Hook hook_;
    Bell tick_{*this, false};
    Bell short_one_{*this, true};
    SpareTime spare_time_;
    std::atomic<lua_State*> running_{nullptr};
    std::atomic<std::uint64_t> slice_{0};
    std::uint64_t seen_ = 0; // touched by the signal handler only
    std::atomic<std::uint64_t> shortened_{0};
    std::atomic<bool> interrupted_{false};
};

} // namespace forager::scripting
