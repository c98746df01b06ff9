#include "io/http/server/listening.hpp"
#include "other_user.hpp"
#include "server_world.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <thread>

using namespace forager;
using namespace forager::test;
using http::listen_at_address;
using http::listen_at_path;

namespace {

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

mode_t mode_of(const std::string& path)
{
    struct stat found{};
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

// What a killed agent leaves.
void leave_stale_socket(const std::string& path)
{
    auto listening = listen_at_path(path, 0600).value();
    std::filesystem::rename(path, path + ".kept");
    listening = http::Listening{};
    std::filesystem::rename(path + ".kept", path);
}

struct Sockets {
    std::size_t all = 0;
    std::size_t inheritable = 0;
};

Sockets sockets_of_this_process()
{
    Sockets sockets;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
        const int number = std::stoi(entry.path().filename());
        struct stat found{};
        if (::fstat(number, &found) != 0 || !S_ISSOCK(found.st_mode))
            continue;
        ++sockets.all;
        sockets.inheritable += (::fcntl(number, F_GETFD) & FD_CLOEXEC) == 0 ? 1 : 0;
    }
    return sockets;
}

boost::asio::awaitable<http::Reply> count_sockets(Sockets& sockets)
{
    sockets = sockets_of_this_process();
    co_return http::text_reply(200, "");
}

} // namespace

TEST_CASE("a local socket has its mode whatever the umask, and is gone with its owner")
{
    const TempFolder folder;
    const std::string path = folder.at("a.sock");
    const mode_t before = ::umask(0077);
    {
        const auto listening = listen_at_path(path, 0660).value();
        ::umask(before);
        CHECK(mode_of(path) == 0660);
        CHECK((::fcntl(listening.socket.number(), F_GETFD) & FD_CLOEXEC) != 0);
    }
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a second agent at the same path is refused, and the first one's socket stays")
{
    const TempFolder folder;
    const std::string path = folder.at("a.sock");
    const auto first = listen_at_path(path, 0600).value();
    const auto second = listen_at_path(path, 0600);
    REQUIRE(second.has_error());
    CHECK(second.error().code == Errc::refused);
    CHECK(holds(second.error().message, "another agent listens on '" + path + "'"));
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("an agent that is only beginning to listen is not overtaken")
{
    const TempFolder folder;
    const std::string path = folder.at("a.sock");
    auto first = listen_at_path(path, 0600).value();
    first.socket.close();
    const auto second = listen_at_path(path, 0600);
    REQUIRE(second.has_error());
    CHECK(second.error().code == Errc::refused);
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("a program that listens there without the lock is left alone, too")
{
    const TempFolder folder;
    const std::string path = folder.at("a.sock");
    const auto first = listen_at_path(path, 0600).value();
    std::filesystem::remove(path + ".lock");
    const auto second = listen_at_path(path, 0600);
    REQUIRE(second.has_error());
    CHECK(holds(second.error().message, "another agent listens"));
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("the socket that a killed agent left is replaced")
{
    const TempFolder folder;
    const std::string path = folder.at("a.sock");
    leave_stale_socket(path);
    REQUIRE(std::filesystem::exists(path));
    CHECK(listen_at_path(path, 0600).has_value());
}

TEST_CASE("a file that is no socket is never removed")
{
    const TempFolder folder;
    const std::string path = folder.write("a.sock", "precious");
    const auto listening = listen_at_path(path, 0600);
    REQUIRE(listening.has_error());
    CHECK(holds(listening.error().message, "in the way"));
    CHECK(folder.read("a.sock") == "precious");
}

TEST_CASE("a socket that somebody else put in place of ours stays")
{
    const TempFolder folder;
    const std::string path = folder.at("a.sock");
    auto first = listen_at_path(path, 0600).value();
    std::filesystem::remove(path);
    std::filesystem::remove(path + ".lock");
    const auto second = listen_at_path(path, 0600).value();
    first = http::Listening{};
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("a path that cannot be says what to do")
{
    const TempFolder folder;
    const auto missing = listen_at_path(folder.at("no/a.sock"), 0600);
    REQUIRE(missing.has_error());
    CHECK(missing.error().code == Errc::not_found);
    CHECK(holds(missing.error().message, "create it"));
    const auto longest = listen_at_path("/" + std::string(107, 'x'), 0600);
    REQUIRE(longest.has_error());
    CHECK(longest.error().code == Errc::bad_arguments);
    CHECK(holds(longest.error().message, "107 bytes"));
}

TEST_CASE("a folder of somebody else's is not listened in")
{
    const TempFolder folder;
    std::optional<Failure> failure;
    std::thread other{[&] {
        if (become_nobody_in_this_thread())
            failure = listen_at_path(folder.at("a.sock"), 0600).error();
    }};
    other.join();
    if (!failure)
        return; // only root can become somebody else
    CHECK(failure->code == Errc::refused);
    CHECK(holds(failure->message, "this user may not create files in its folder"));
}

TEST_CASE("an address that cannot be listened on says why")
{
    const auto first = listen_at_address("127.0.0.1", 0).value();
    REQUIRE(first.port != 0);
    const auto second = listen_at_address("127.0.0.1", first.port);
    REQUIRE(second.has_error());
    CHECK(second.error().code == Errc::refused);
    CHECK(holds(second.error().message, "127.0.0.1:" + std::to_string(first.port) + ": another program does"));
    CHECK(listen_at_address("localhost", 0).error().code == Errc::bad_arguments);
    CHECK(holds(listen_at_address("192.0.2.1", 0).error().message, "this machine does not have the address"));
}

TEST_CASE("connections are not inherited by child processes")
{
    const Sockets before = sockets_of_this_process();
    Sockets during;
    ServerWorld world{[&](const http::ServedRequest&) { return count_sockets(during); }};
    CHECK(world.get("/").has_value());
    CHECK(during.all >= before.all + 4); // two that listen, both ends of one connection
    CHECK(during.inheritable == before.inheritable);
}
