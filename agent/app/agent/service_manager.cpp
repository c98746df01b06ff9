#include "app/agent/service_manager.hpp"

#include "io/system_failure.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// Often enough for whoever looks, seldom enough for a machine that has nothing to do.
constexpr Duration between_looks = std::chrono::seconds{1};
constexpr Duration longest_patience = std::chrono::hours{1};
constexpr Duration shortest_pause = std::chrono::milliseconds{1};

std::string taken(const char* name)
{
    const char* value = std::getenv(name);
    std::string text = value == nullptr ? "" : value;
    ::unsetenv(name);
    return text;
}

std::int64_t number_in(const std::string& text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

std::string microseconds(Duration duration)
{
    return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

} // namespace

ServiceManager::Config ServiceManager::take_from_environment()
{
    Config config{taken("NOTIFY_SOCKET"), {}};
    const std::int64_t patience = number_in(taken("WATCHDOG_USEC"));
    const std::string process = taken("WATCHDOG_PID");
    if (patience > 0 && (process.empty() || number_in(process) == ::getpid()))
        config.patience = std::chrono::microseconds{patience};
    return config;
}

ServiceManager::ServiceManager(Config config) : config_{std::move(config)} {}

void ServiceManager::ready() const
{
    send("READY=1");
}

void ServiceManager::stopping(Duration longest) const
{
    send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + microseconds(longest));
}

ServiceManager::Reload::Reload(const ServiceManager& manager, TimePoint now) : manager_{manager}
{
    manager_.send("RELOADING=1\nMONOTONIC_USEC=" + microseconds(now.time_since_epoch()));
}

ServiceManager::Reload::~Reload()
{
    manager_.ready();
}

asio::awaitable<void> ServiceManager::keep_told(Clock& clock, std::function<std::string()> status)
{
    // Twice as often as it has to be: one sign may come late.
    const Duration pause =
        std::max(shortest_pause, std::min(between_looks, config_.patience.value_or(longest_patience) / 4));
    for (;;) {
        tell_news(clock.now(), pause, status());
        co_await sleep_for(clock, pause);
    }
}

// A sign of life at least at half of the patience.
void ServiceManager::tell_news(TimePoint now, Duration pause, const std::string& status)
{
    std::string news;
    if (status != told_)
        news = "STATUS=" + status + "\n";
    const bool due = config_.patience && (!alive_ || now + pause > *alive_ + *config_.patience / 2);
    if (due)
        news += "WATCHDOG=1\n";
    if (news.empty() || !send(news, MSG_DONTWAIT)) // one that does not listen holds nothing up: it is told next time
        return;
    told_ = status;
    if (due)
        alive_ = now;
}

bool ServiceManager::send(std::string_view state, int how) const
{
    const std::string& path = config_.socket;
    sockaddr_un address{};
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return false;
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    if (path.starts_with('@')) // in the kernel's own namespace
        address.sun_path[0] = '\0';
    const Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    const auto* to = reinterpret_cast<const sockaddr*>(&address);
    return ::sendto(socket.number(), state.data(), state.size(), MSG_NOSIGNAL | how, to, size) >= 0;
}

} // namespace forager
