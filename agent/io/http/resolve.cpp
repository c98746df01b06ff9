#include "io/http/resolve.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <netdb.h>

#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace forager::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

Failure no_such_host(const std::string& host, int error)
{
    if (error == EAI_NONAME || error == EAI_NODATA || error == EAI_ADDRFAMILY)
        return {Errc::not_found, "there is no host '" + host + "'"};
    return {Errc::unreachable, "the name of the host '" + host + "' cannot be looked up: " + ::gai_strerror(error)};
}

std::optional<tcp::endpoint> endpoint_of(const addrinfo& info, std::uint16_t port)
{
    tcp::endpoint endpoint;
    if ((info.ai_family != AF_INET && info.ai_family != AF_INET6) || info.ai_addrlen > endpoint.capacity())
        return std::nullopt;
    std::memcpy(endpoint.data(), info.ai_addr, info.ai_addrlen);
    endpoint.resize(info.ai_addrlen);
    endpoint.port(port);
    return endpoint;
}

// All names below localhost are this machine (RFC 6761); not every system's resolver knows that.
const char* name_to_ask_for(const std::string& host)
{
    return host.ends_with(".localhost") ? "localhost" : host.c_str();
}

Result<Addresses> look_up_now(const std::string& host, std::uint16_t port)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(name_to_ask_for(host), nullptr, &hints, &found))
        return no_such_host(host, error);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list{found, &::freeaddrinfo};
    Addresses addresses;
    for (const addrinfo* info = list.get(); info != nullptr; info = info->ai_next)
        if (const auto endpoint = endpoint_of(*info, port))
            addresses.push_back(*endpoint);
    if (addresses.empty())
        return no_such_host(host, EAI_NONAME);
    return addresses;
}

// Shared by the request and the job on the pool, so that the request may leave first.
struct Lookup {
    explicit Lookup(asio::any_io_executor executor) : done{std::move(executor), asio::steady_timer::time_point::max()}
    {
    }
    asio::steady_timer done;
    std::optional<Result<Addresses>> result;
};

asio::awaitable<void> perform(BlockingPool& pool, std::shared_ptr<Lookup> lookup, std::string host, std::uint16_t port)
{
    auto work = [&host, port] { return look_up_now(host, port); };
    auto found = co_await pool.run(work);
    lookup->result.emplace(std::move(found));
    lookup->done.cancel();
}

} // namespace

asio::awaitable<Result<Addresses>> look_up(BlockingPool& pool, std::string host, std::uint16_t port)
{
    boost::system::error_code not_an_address;
    const auto address = asio::ip::make_address(host, not_an_address);
    if (!not_an_address)
        co_return Addresses{tcp::endpoint{address, port}};
    const auto executor = co_await asio::this_coro::executor;
    const auto lookup = std::make_shared<Lookup>(executor);
    // Its owner is the pool, which waits for its jobs when it goes.
    asio::co_spawn(executor, perform(pool, lookup, host, port), asio::detached);
    const auto waited = co_await lookup->done.async_wait(asio::as_tuple(asio::use_awaitable));
    (void)waited; // "aborted" also means "done": only the result tells them apart
    if (!lookup->result)
        throw boost::system::system_error{asio::error::operation_aborted};
    co_return std::move(*lookup->result);
}

} // namespace forager::http
