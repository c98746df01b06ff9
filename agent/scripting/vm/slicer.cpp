#include "scripting/vm/slicer.hpp"

#include <cerrno>
#include <csignal>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

namespace forager::scripting {

namespace {

constexpr int tick_signal = SIGVTALRM;

[[noreturn]] void refuse(const char* what)
{
    throw std::system_error{errno, std::generic_category(), what};
}

} // namespace

Slicer::Slicer(lua_Hook hook) : hook_{hook}
{
    struct sigaction action{};
    action.sa_sigaction = &Slicer::ring;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    if (::sigaction(tick_signal, &action, nullptr) != 0)
        refuse("cannot install the slice signal");

    // The thread's own CPU time: an idle agent is never woken by it.
    make(tick_, CLOCK_THREAD_CPUTIME_ID);
    // The kernel looks at CPU time a hundred to a thousand times in a second, which is too seldom for short slices.
    make(short_one_, CLOCK_MONOTONIC);
    if (!wind(tick_, period))
        refuse("cannot start the slice timer");
}

void Slicer::make(Bell& bell, clockid_t clock)
{
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = tick_signal;
    event.sigev_value.sival_ptr = &bell;
    event._sigev_un._tid = static_cast<pid_t>(::syscall(SYS_gettid)); // glibc 2.36 has no public name for it
    if (::timer_create(clock, &event, &bell.timer) != 0)
        refuse("cannot make the slice timer");
}

// Once, each time anew: arming the hook of a deep stack may take longer than the period, and code must run in between.
bool Slicer::wind(Bell& bell, std::chrono::nanoseconds time) noexcept
{
    itimerspec once{};
    once.it_value.tv_nsec = time.count();
    return ::timer_settime(bell.timer, 0, &once, nullptr) == 0;
}

Slicer::~Slicer()
{
    ::timer_delete(tick_.timer);
    ::timer_delete(short_one_.timer);
    // A tick may still be on its way to this thread: after this it is dropped.
    std::signal(tick_signal, SIG_IGN);
}

void Slicer::shorten() noexcept
{
    shortened_.store(slice_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    (void)wind(short_one_, short_slice);
}

void Slicer::ring(int, siginfo_t* info, void*)
{
    const auto& bell = *static_cast<Bell*>(info->si_value.sival_ptr);
    Slicer& self = bell.slicer;
    if (!bell.is_short)
        self.tick();
    else if (self.slice_.load(std::memory_order_relaxed) == self.shortened_.load(std::memory_order_relaxed))
        self.end_slice();
}

void Slicer::tick() noexcept
{
    const std::uint64_t slice = slice_.load(std::memory_order_relaxed);
    if (slice == seen_ || interrupted())
        end_slice();
    seen_ = slice;
    (void)wind(tick_, period);
}

// lua_sethook may be called from a signal handler: that is how the lua program stops a loop. The next line ends the
// slice, too: where lines are counted, Lua may be just counting down what is set here, and then the count never ends.
void Slicer::end_slice() noexcept
{
    lua_State* L = running_.load(std::memory_order_relaxed);
    if (L != nullptr && lua_gethook(L) != hook_)
        lua_sethook(L, hook_, LUA_MASKCOUNT | LUA_MASKLINE, 1);
}

} // namespace forager::scripting
