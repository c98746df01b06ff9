// A socket that says exactly what a test wants, to a server on the same loop.
#pragma once

#include "io/system_failure.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <boost/asio/io_context.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace forager::test {

class RawClient {
public:
    RawClient(boost::asio::io_context& io, std::uint16_t port)
        : io_{io}, socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connect(address);
    }

    RawClient(boost::asio::io_context& io, const std::string& path)
        : io_{io}, socket_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        connect(address);
    }

    void close() { (void)socket_.close(); }

    void close_sending_side() { ::shutdown(socket_.number(), SHUT_WR); }

    /// With a reset instead of a farewell, as a client that was killed with bytes unread.
    void reset()
    {
        const linger at_once{1, 0};
        ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close();
    }

    /// Turns the loop where the server takes no more for now. What a server that closed does not take is lost.
    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            reset_ = sent < 0 && errno != EAGAIN;
            if (reset_)
                return;
            bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
            if (sent < 0)
                turn();
        }
    }

    /// All that was received, once `part` is in it or the server closed.
    const std::string& wait_for(std::string_view part)
    {
        for (take(); !ended_ && received_.find(part) == std::string::npos; take())
            turn();
        return received_;
    }

    /// All that was received, once the server closed.
    const std::string& wait_for_end()
    {
        for (take(); !ended_; take())
            turn();
        return received_;
    }

    const std::string& received() const { return received_; }
    bool ended() const { return ended_; }
    /// The server closed without taking or giving all.
    bool was_reset() const { return reset_; }

private:
    template <class Address> void connect(const Address& address)
    {
        if (::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error{std::string{"the test cannot connect: "} + std::strerror(errno)};
    }

    void turn()
    {
        io_.restart();
        io_.run_one_for(std::chrono::milliseconds{2});
        io_.poll();
    }

    void take()
    {
        std::array<char, 64 * 1024> space;
        ssize_t count = 1;
        while (count > 0) {
            count = ::recv(socket_.number(), space.data(), space.size(), MSG_DONTWAIT);
            received_.append(space.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
        }
        ended_ = count == 0 || errno != EAGAIN;
        reset_ = reset_ || (ended_ && count < 0);
    }

    boost::asio::io_context& io_;
    Descriptor socket_;
    std::string received_;
    bool ended_ = false;
    bool reset_ = false;
};

} // namespace forager::test
