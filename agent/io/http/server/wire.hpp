// How bytes get into and out of a connected socket: as they are, or through TLS. Belongs to a connection, used on the
// strand; neither reading nor writing ever waits.
#pragma once

#include <sys/types.h>

#include <span>
#include <string_view>

namespace forager::http {

/// What a wire says instead of a number of bytes.
inline constexpr ssize_t not_now = -1;
inline constexpr ssize_t broken = -2;

class Wire {
public:
    virtual ~Wire() = default;

    /// How many bytes came, 0 at their end, or `not_now` or `broken`. `space` holds 16 KiB at least, so that nothing
    /// that the kernel has given away stays behind.
    virtual ssize_t read(std::span<char> space) = 0;

    /// How many bytes of a text that is not empty were taken, or `not_now` or `broken`.
    virtual ssize_t write(std::string_view bytes) = 0;

    /// Tells the other end that nothing more is sent, where the socket's own end does not say it well enough.
    virtual void finish() = 0;
};

class PlainWire final : public Wire {
public:
    explicit PlainWire(int socket) : socket_{socket} {}

    ssize_t read(std::span<char> space) override;
    ssize_t write(std::string_view bytes) override;
    void finish() override {}

private:
    int socket_;
};

} // namespace forager::http
