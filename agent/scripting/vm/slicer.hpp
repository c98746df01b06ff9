// Keeps Lua code that computes for long from holding up everybody else: it arms a hook when a slice has lasted too
// long. Costs nothing while slices are short: the kernel counts the thread's CPU time.
#pragma once

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

    lua_State* running() const noexcept { return running_.load(std::memory_order_relaxed); }

    /// Asks whatever computes to end, even where it cannot be suspended. Any thread may call it.
    void interrupt() noexcept { interrupted_.store(true, std::memory_order_relaxed); }
    /// Takes that back.
    void go_on() noexcept { interrupted_.store(false, std::memory_order_relaxed); }
    bool interrupted() const noexcept { return interrupted_.load(std::memory_order_relaxed); }

private:
    static void tick(int signal, siginfo_t* info, void* context);
    bool wind() noexcept;

    lua_Hook hook_;
    timer_t timer_{};
    std::atomic<lua_State*> running_{nullptr};
    std::atomic<std::uint64_t> slice_{0};
    std::uint64_t seen_ = 0; // touched by the signal handler only
    std::atomic<bool> interrupted_{false};
};

} // namespace forager::scripting
