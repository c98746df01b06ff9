#include "app/agent/service_manager.hpp"

#include "io/system_failure.hpp"
#include "strand.hpp"
#include "temp_folder.hpp"
#include "virtual_clock.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Texts = std::vector<std::string>;

// The end of the service manager.
class Listener {
public:
    Listener()
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }

    /// What has come since it was last asked.
    Texts heard() const
    {
        Texts texts;
        std::array<char, 4096> text{};
        ssize_t size = 0;
        while ((size = ::recv(socket_.number(), text.data(), text.size(), MSG_DONTWAIT)) >= 0)
            texts.emplace_back(text.data(), static_cast<std::size_t>(size));
        return texts;
    }

private:
    TempFolder folder_;
    Descriptor socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};

public:
    const std::string path = folder_.at("notify");
};

// A manager that is kept told about `status`, under virtual time.
class Told {
public:
    explicit Told(ServiceManager::Config config) : manager{std::move(config)} { loop_.start(running_, forever()); }

    ~Told()
    {
        running_.cancel();
        clock.run_until(loop_.io, [this] { return running_.ended(); });
    }
    Told(const Told&) = delete;
    Told& operator=(const Told&) = delete;

    void pass(Duration time) { clock.run_for(loop_.io, time); }

    VirtualClock clock;
    std::string status = "0 running";
    ServiceManager manager;

private:
    asio::awaitable<bool> forever()
    {
        co_await manager.keep_told(clock, [this] { return status; });
        co_return true;
    }

    Strand loop_;
    Started<bool> running_;
};

// Variables of this process for as long as the test needs them.
ServiceManager::Config config_from(const std::string& socket, const char* patience, const std::string& process)
{
    ::setenv("NOTIFY_SOCKET", socket.c_str(), 1);
    ::setenv("WATCHDOG_USEC", patience, 1);
    ::setenv("WATCHDOG_PID", process.c_str(), 1);
    return ServiceManager::take_from_environment();
}

} // namespace

TEST_SUITE("service manager")
{
    TEST_CASE("what it is asked for leaves the environment, so that no child answers")
    {
        const auto config = config_from("/run/notify", "30000000", std::to_string(::getpid()));
        CHECK(config.socket == "/run/notify");
        CHECK(config.patience == Duration{30s});
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
            CHECK(std::getenv(name) == nullptr);
        CHECK_FALSE(ServiceManager{ServiceManager::take_from_environment()}.listens());
    }

    TEST_CASE("signs of life are given where this process is watched")
    {
        CHECK(config_from("/run/notify", "1000", "").patience == Duration{1ms});
        CHECK_FALSE(config_from("/run/notify", "1000", "1").patience);
        CHECK_FALSE(config_from("/run/notify", "0", "").patience);
        CHECK_FALSE(config_from("/run/notify", "soon", "").patience);
    }

    TEST_CASE("it hears of start, reload and stop")
    {
        const Listener listener;
        const ServiceManager manager{{listener.path, {}}};
        manager.ready();
        CHECK(listener.heard() == Texts{"READY=1"});
        {
            const ServiceManager::Reload reload{manager, TimePoint{1500us}};
            CHECK(listener.heard() == Texts{"RELOADING=1\nMONOTONIC_USEC=1500"});
        }
        CHECK(listener.heard() == Texts{"READY=1"});
        manager.stopping(25s);
        CHECK(listener.heard() == Texts{"STOPPING=1\nEXTEND_TIMEOUT_USEC=25000000"});
    }

    TEST_CASE("the status is told when it changes, once a second at most")
    {
        const Listener listener;
        Told told{{listener.path, {}}};
        told.pass(10s);
        CHECK(listener.heard() == Texts{"STATUS=0 running\n"});
        for (int i = 1; i <= 30; ++i) {
            told.status = std::to_string(i) + " running";
            told.pass(100ms);
        }
        CHECK(listener.heard() == Texts{"STATUS=10 running\n", "STATUS=20 running\n", "STATUS=30 running\n"});
    }

    TEST_CASE("signs of life come at half of the patience, and no more often than a quarter of it")
    {
        const Listener listener;
        Told told{{listener.path, Duration{10s}}};
        told.pass(1ms);
        CHECK(listener.heard() == Texts{"STATUS=0 running\nWATCHDOG=1\n"});
        told.pass(4s);
        CHECK(listener.heard().empty());
        told.pass(1s);
        CHECK(listener.heard() == Texts{"WATCHDOG=1\n"});
        for (int i = 0; i < 12; ++i) {
            told.pass(5s);
            CHECK(listener.heard() == Texts{"WATCHDOG=1\n"});
        }
    }

    TEST_CASE("one that does not listen holds nothing up, and is told when it does")
    {
        const Listener listener;
        Told told{{listener.path, {}}};
        for (int i = 0; i < 1000; ++i) {
            told.status = std::to_string(i) + " running";
            told.pass(1s);
        }
        const std::size_t kept = listener.heard().size();
        CHECK(kept < 1000);
        told.pass(1s);
        CHECK(listener.heard() == Texts{"STATUS=999 running\n"});
    }

    TEST_CASE("a short patience is kept, too")
    {
        const Listener listener;
        Told told{{listener.path, Duration{100ms}}};
        for (int i = 0; i < 20; ++i) {
            told.pass(50ms);
            CHECK_FALSE(listener.heard().empty());
        }
    }

    TEST_CASE("where nobody listens nothing happens")
    {
        const ServiceManager nobody{{}};
        nobody.ready();
        const ServiceManager gone{{"/nowhere/at/all", {}}};
        gone.ready();
        const ServiceManager absurd{{std::string(200, 'x'), {}}};
        absurd.ready();
    }

    TEST_CASE("a socket in the kernel's own namespace is reached")
    {
        const std::string name = "forager-test-" + std::to_string(::getpid());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path + 1, name.size());
        const Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
        REQUIRE(::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
        const ServiceManager manager{{"@" + name, {}}};
        manager.ready();
        std::array<char, 64> text{};
        CHECK(::recv(socket.number(), text.data(), text.size(), MSG_DONTWAIT) == 7);
    }
}
