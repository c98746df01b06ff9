// Clients of an HTTP server, each with a connection that is kept and DEPTH requests under way on it, until COUNT
// replies have come or SECONDS have passed. Prints replies a second, and how many there were; fails when one of them
// has another status than expected.
//
//   load PLACE CLIENTS DEPTH COUNT SECONDS STATUS PATH BODY       (PLACE: the path of a socket, or a port of 127.0.0.1)

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

void expect(bool done, const std::string& what)
{
    if (!done)
        throw std::runtime_error{what + ": " + std::strerror(errno)};
}

int connected(const std::string& place)
{
    const bool local = place.starts_with('/');
    const int descriptor = ::socket(local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un path{};
    path.sun_family = AF_UNIX;
    place.copy(path.sun_path, sizeof path.sun_path - 1);
    sockaddr_in port{};
    port.sin_family = AF_INET;
    port.sin_port = htons(static_cast<std::uint16_t>(std::atoi(place.c_str())));
    port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* address = local ? reinterpret_cast<sockaddr*>(&path) : reinterpret_cast<sockaddr*>(&port);
    expect(::connect(descriptor, address, local ? sizeof path : sizeof port) == 0, "connect to " + place);
    const int on = 1;
    if (!local)
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

struct Client {
    int descriptor;
    std::string received{};
    std::size_t under_way = 0;
};

struct Load {
    std::string request;
    std::string status; // how each reply must begin
    std::size_t depth;
    std::size_t left; // to send
    std::size_t replies = 0;
};

void send_more(Client& client, Load& load)
{
    std::string text;
    for (; client.under_way < load.depth && load.left > 0; ++client.under_way, --load.left)
        text += load.request;
    for (std::string_view rest = text; !rest.empty();) {
        const ssize_t sent = ::send(client.descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
        expect(sent > 0, "send");
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
}

// Bytes of the first reply; 0: it is not complete.
std::size_t reply_size(std::string_view text)
{
    constexpr std::string_view name = "Content-Length: ";
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return 0;
    const std::size_t length = text.substr(0, end).find(name);
    const std::size_t body =
        length == std::string_view::npos ? 0 : std::strtoul(text.data() + length + name.size(), nullptr, 10);
    return text.size() < end + 4 + body ? 0 : end + 4 + body;
}

void receive(Client& client, Load& load)
{
    std::array<char, 65536> buffer{};
    const ssize_t got = ::recv(client.descriptor, buffer.data(), buffer.size(), 0);
    expect(got > 0, "receive");
    client.received.append(buffer.data(), static_cast<std::size_t>(got));
    std::string_view rest = client.received;
    for (std::size_t size = reply_size(rest); size > 0; size = reply_size(rest)) {
        if (!rest.starts_with(load.status))
            throw std::runtime_error{"the reply is " + std::string{rest.substr(0, size)}};
        rest.remove_prefix(size);
        --client.under_way;
        ++load.replies;
    }
    client.received.erase(0, client.received.size() - rest.size());
}

void exchange(std::vector<Client>& clients, Load& load)
{
    std::vector<pollfd> open;
    for (Client& client : clients) {
        send_more(client, load);
        if (client.under_way > 0)
            open.push_back({client.descriptor, POLLIN, 0});
    }
    expect(::poll(open.data(), open.size(), 60'000) > 0, "wait for a reply");
    for (const pollfd& one : open)
        if (one.revents != 0)
            receive(*std::ranges::find(clients, one.fd, &Client::descriptor), load);
}

void run(char** argv)
{
    using Clock = std::chrono::steady_clock;
    const std::string body = argv[8];
    Load load{"POST " + std::string{argv[7]} + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                  "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
              std::string{"HTTP/1.1 "} + argv[6], std::strtoul(argv[3], nullptr, 10),
              std::strtoul(argv[4], nullptr, 10)};
    std::vector<Client> clients;
    for (int i = 0; i < std::atoi(argv[2]); ++i)
        clients.push_back({connected(argv[1])});
    const auto start = Clock::now();
    const auto end = start + std::chrono::duration<double>{std::atof(argv[5])};
    const auto busy = [](const Client& client) { return client.under_way > 0; };
    while (load.left > 0 || std::ranges::any_of(clients, busy)) {
        if (Clock::now() > end)
            load.left = 0; // what is under way is waited for
        if (load.left > 0 || std::ranges::any_of(clients, busy))
            exchange(clients, load);
    }
    const std::chrono::duration<double> passed = Clock::now() - start;
    std::cout << "{\"value\": " << static_cast<double>(load.replies) / passed.count()
              << ", \"replies\": " << load.replies << "}\n";
    for (const Client& client : clients)
        ::close(client.descriptor);
}

} // namespace

int main(int, char** argv)
{
    try {
        run(argv);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "load: " << error.what() << "\n";
        return 1;
    }
}
