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
    action.sa_sigaction = &Slicer::tick;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    if (::sigaction(tick_signal, &action, nullptr) != 0)
        refuse("cannot install the slice signal");

    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = tick_signal;
    event.sigev_value.sival_ptr = this;
    event._sigev_un._tid = static_cast<pid_t>(::syscall(SYS_gettid)); // glibc 2.36 has no public name for it
    // The thread's own CPU time: an idle agent is never woken by it.
    if (::timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer_) != 0)
        refuse("cannot make the slice timer");
    if (!wind())
        refuse("cannot start the slice timer");
}

// Once, each time anew: arming the hook of a deep stack may take longer than the period, and code must run in between.
bool Slicer::wind() noexcept
{
    itimerspec once{};
    once.it_value.tv_nsec = std::chrono::nanoseconds{period}.count();
    return ::timer_settime(timer_, 0, &once, nullptr) == 0;
}

Slicer::~Slicer()
{
    ::timer_delete(timer_);
    // A tick may still be on its way to this thread: after this it is dropped.
    std::signal(tick_signal, SIG_IGN);
}

void Slicer::tick(int, siginfo_t* info, void*)
{
    auto& self = *static_cast<Slicer*>(info->si_value.sival_ptr);
    lua_State* L = self.running_.load(std::memory_order_relaxed);
    const std::uint64_t slice = self.slice_.load(std::memory_order_relaxed);
    // lua_sethook may be called from a signal handler: that is how the lua program stops a loop.
    const bool over = slice == self.seen_ || self.interrupted();
    if (L != nullptr && over && lua_gethook(L) != self.hook_)
        lua_sethook(L, self.hook_, LUA_MASKCOUNT, 1);
    self.seen_ = slice;
    self.wind();
}

} // namespace forager::scripting
