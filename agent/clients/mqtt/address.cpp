#include "clients/mqtt/address.hpp"

#include <cstdint>
#include <utility>

namespace forager::mqtt {

namespace {

constexpr std::uint16_t usual_port = 1883;
constexpr std::uint16_t usual_port_with_tls = 8883;

Failure no_address(std::string_view why)
{
    return {Errc::bad_arguments,
            "an MQTT broker's address is mqtt://HOST:PORT, or mqtts:// with TLS: " + std::string{why}};
}

// The scheme's own port is what a missing one means; that of http would be another.
bool has_port(std::string_view authority)
{
    const auto at = authority.rfind('@');
    const std::string_view host = at == std::string_view::npos ? authority : authority.substr(at + 1);
    const auto bracket = host.rfind(']');
    return host.find(':', bracket == std::string_view::npos ? 0 : bracket) != std::string_view::npos;
}

} // namespace

Result<Address> parse_address(std::string_view text)
{
    constexpr std::string_view plain = "mqtt://";
    constexpr std::string_view secure = "mqtts://";
    const bool tls = text.starts_with(secure);
    if (!tls && !text.starts_with(plain))
        return no_address("this one begins otherwise");
    const std::string_view rest = text.substr(tls ? secure.size() : plain.size());
    auto place = parse_url((tls ? "https://" : "http://") + std::string{rest});
    if (place.has_error())
        return no_address("this one cannot be read");
    if (place->target != "/")
        return no_address("nothing stands behind the port");
    Address address;
    address.place = std::move(*place);
    if (!has_port(rest.substr(0, rest.find('/'))))
        address.place.port = tls ? usual_port_with_tls : usual_port;
    if (address.place.userinfo) {
        const std::string userinfo = *std::exchange(address.place.userinfo, std::nullopt);
        const auto colon = userinfo.find(':');
        address.user = userinfo.substr(0, colon);
        address.password = colon == std::string::npos ? "" : userinfo.substr(colon + 1);
    }
    return address;
}

} // namespace forager::mqtt
