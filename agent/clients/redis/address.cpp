#include "clients/redis/address.hpp"

#include <charconv>
#include <optional>

namespace forager::redis {

namespace {

constexpr std::uint16_t usual_port = 6379;

Failure no_address(std::string_view why)
{
    return {Errc::bad_arguments, "a Redis server's address is redis://HOST:PORT/DATABASE, rediss:// with TLS, or "
                                 "unix:///PATH: " +
                                     std::string{why}};
}

std::optional<int> number_in(std::string_view text)
{
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0)
        return std::nullopt;
    return number;
}

// The scheme's own port is what a missing one means; that of http would be another.
bool has_port(std::string_view authority)
{
    const auto at = authority.rfind('@');
    const std::string_view host = at == std::string_view::npos ? authority : authority.substr(at + 1);
    const auto bracket = host.rfind(']');
    return host.find(':', bracket == std::string_view::npos ? 0 : bracket) != std::string_view::npos;
}

Result<Address> local_address(std::string_view path)
{
    Address address;
    const auto question = path.find('?');
    address.place.scheme = "unix";
    address.place.host = path.substr(0, question);
    if (!address.place.host.starts_with('/'))
        return no_address("the socket's path must begin with a slash");
    if (question == std::string_view::npos)
        return address;
    const std::string_view query = path.substr(question + 1);
    const auto database = query.starts_with("db=") ? number_in(query.substr(3)) : std::nullopt;
    if (!database)
        return no_address("behind the socket's path may stand ?db=DATABASE");
    address.database = *database;
    return address;
}

void take_userinfo(Address& address)
{
    if (!address.place.userinfo)
        return;
    const std::string& userinfo = *address.place.userinfo;
    const auto colon = userinfo.find(':');
    address.user = colon == std::string::npos ? "" : userinfo.substr(0, colon);
    address.password = colon == std::string::npos ? userinfo : userinfo.substr(colon + 1);
    address.place.userinfo.reset();
}

Result<Address> web_address(std::string_view rest, bool tls)
{
    const std::string_view authority = rest.substr(0, rest.find('/'));
    auto place = parse_url((tls ? "https://" : "http://") + std::string{rest});
    if (place.has_error())
        return no_address("this one cannot be read");
    Address address;
    address.place = std::move(*place);
    if (!has_port(authority))
        address.place.port = usual_port;
    take_userinfo(address);
    const std::string_view target = address.place.target;
    if (target != "/") {
        const auto database = number_in(target.substr(1));
        if (!database)
            return no_address("behind the last slash stands the database's number");
        address.database = *database;
    }
    address.place.target = "/";
    return address;
}

} // namespace

std::string Address::shown() const
{
    return place.peer();
}

Result<Address> parse_address(std::string_view text)
{
    for (const std::string_view local : {"unix://", "redis+unix://"})
        if (text.starts_with(local))
            return local_address(text.substr(local.size()));
    if (text.starts_with("redis://"))
        return web_address(text.substr(std::string_view{"redis://"}.size()), false);
    if (text.starts_with("rediss://"))
        return web_address(text.substr(std::string_view{"rediss://"}.size()), true);
    return no_address("this one begins otherwise");
}

} // namespace forager::redis
