#include "app/agent/systemd_journal.hpp"

#include "io/formats/json.hpp"
#include "io/system_failure.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace forager {

namespace {

constexpr std::size_t longest_name = 64;

// "A" to "Z", digits and underscores.
std::string field_name(std::string_view name)
{
    std::string field = "FORAGER_";
    for (const char letter : name.substr(0, longest_name - field.size())) {
        const auto byte = static_cast<unsigned char>(letter);
        field += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
    }
    return field;
}

// A value of several lines is told with its length, as eight bytes, the least first.
void add(std::string& datagram, std::string_view name, std::string_view value)
{
    datagram += name;
    if (value.find('\n') == std::string_view::npos) {
        datagram += '=';
    } else {
        datagram += '\n';
        for (unsigned shift = 0; shift < 64; shift += 8)
            datagram += static_cast<char>((static_cast<std::uint64_t>(value.size()) >> shift) & 0xffU);
    }
    datagram += value;
    datagram += '\n';
}

std::string text_of(const Value& value)
{
    const auto* text = value.get<std::string>();
    return text == nullptr ? to_json(value) : *text;
}

} // namespace

std::string to_datagram(const SystemdEntry& entry)
{
    std::string datagram;
    add(datagram, "MESSAGE", entry.message);
    add(datagram, "PRIORITY", std::to_string(entry.priority));
    add(datagram, "SYSLOG_IDENTIFIER", "forager");
    for (const Member& field : entry.fields)
        add(datagram, field_name(field.name), text_of(field.value));
    return datagram;
}

bool send_to_journal(const std::string& path, std::string_view datagram)
{
    sockaddr_un address{};
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return false;
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    const Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    const auto* to = reinterpret_cast<const sockaddr*>(&address);
    ssize_t sent = -1;
    do
        sent = ::sendto(socket.number(), datagram.data(), datagram.size(), MSG_NOSIGNAL, to, size);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

} // namespace forager
