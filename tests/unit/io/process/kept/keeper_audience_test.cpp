#include "io/process/kept/keeper_audience.hpp"

#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <utility>

using namespace forager;
using namespace forager::test;

namespace {

struct Ends {
    Descriptor keeper;
    Descriptor agent;
};

Ends connected()
{
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

std::string heard(const Descriptor& end)
{
    std::string all;
    std::array<char, 65536> bytes{};
    for (ssize_t count = 0; (count = ::read(end.number(), bytes.data(), bytes.size())) > 0;)
        all.append(bytes.data(), static_cast<std::size_t>(count));
    return all;
}

// A socket where others come.
class Door {
public:
    Door()
    {
        address_.sun_family = AF_UNIX;
        std::strncpy(address_.sun_path, folder_.at("door").c_str(), sizeof(address_.sun_path) - 1);
    }

    Descriptor open() const
    {
        Descriptor listener = socket();
        REQUIRE(::bind(listener.number(), address(), sizeof(address_)) == 0);
        REQUIRE(::listen(listener.number(), 1) == 0);
        return listener;
    }

    Descriptor knock() const
    {
        Descriptor caller = socket();
        REQUIRE(::connect(caller.number(), address(), sizeof(address_)) == 0);
        return caller;
    }

private:
    static Descriptor socket() { return Descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)}; }
    const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }

    TempFolder folder_;
    sockaddr_un address_{};
};

} // namespace

TEST_CASE("who listens takes what is told as fast as he can, and the rest waits")
{
    KeeperAudience audience;
    Ends ends = connected();
    audience.seat(std::move(ends.keeper));
    const std::string much(std::size_t{4} * 1024 * 1024, 'x');
    audience.tell(much);
    CHECK(audience.is_behind());
    CHECK_FALSE(audience.speak(false));
    std::string all = heard(ends.agent);
    CHECK(all.size() < much.size());
    while (!audience.speak(false))
        all += heard(ends.agent);
    all += heard(ends.agent);
    CHECK(all == much);
    CHECK_FALSE(audience.is_behind());
    CHECK_FALSE(audience.speak(false)); // nothing is nobody's news
}

TEST_CASE("nobody hears what is told where nobody is, and nothing waits for him")
{
    KeeperAudience audience;
    CHECK_FALSE(audience.is_possible());
    audience.tell("x");
    CHECK_FALSE(audience.is_behind());
}

TEST_CASE("who leaves takes what he has not heard with him")
{
    KeeperAudience audience;
    Ends ends = connected();
    audience.seat(std::move(ends.keeper));
    audience.tell("x");
    audience.speak(true);
    CHECK_FALSE(audience.is_behind());
    CHECK(audience.client() == -1);
    CHECK_FALSE(audience.is_possible());
}

TEST_CASE("who comes later takes the place of who was there, and hears the story first")
{
    KeeperAudience audience;
    const Door door;
    audience.open(door.open());
    audience.let_in("nobody waits");
    CHECK(audience.client() == -1);
    Ends ends = connected();
    audience.seat(std::move(ends.keeper));
    audience.tell("for the first");
    const Descriptor second = door.knock();
    audience.let_in("the story; ");
    audience.tell("and more");
    CHECK(audience.speak(false));
    CHECK(heard(second) == "the story; and more");
    CHECK(heard(ends.agent).empty());
}
