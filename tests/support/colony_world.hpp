// A client of Colonies, and a server that answers as a test says, on one loop.
#pragma once

#include "clients/colonies/client.hpp"
#include "http_peer.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"
#include "io/pool.hpp"
#include "io/system_clock.hpp"
#include "run.hpp"

#include <boost/asio/io_context.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace forager::test {

/// Where the call's name stands in a reply, before it is known which call it answers.
constexpr std::string_view any_call = R"("payloadtype":"ANY",)";

/// The envelope of a reply around a payload.
inline std::string reply_around(std::string_view payload, bool error = false)
{
    return "{" + std::string{any_call} + R"("payload":")" + to_base64(payload) + R"(","error":)" +
           (error ? "true" : "false") + "}";
}

/// The same to a call.
inline std::string named(std::string envelope, std::string_view call)
{
    const std::size_t place = envelope.find(any_call);
    if (place != std::string::npos)
        envelope.replace(place, any_call.size(), R"("payloadtype":")" + std::string{call} + "\",");
    return envelope;
}

inline Reply reply_of(std::string_view payload)
{
    return answer(200, reply_around(payload));
}

/// `http_status` as a server that forwards has it, where it is not the same.
inline Reply refusal_of_server(int status, const std::string& message, int http_status = 0)
{
    const std::string payload = to_json(Value{Object{{"status", status}, {"message", message}}});
    return answer(http_status == 0 ? status : http_status, reply_around(payload, true));
}

/// What the client sent: the call's name, its payload, and who signed it.
struct Heard {
    std::string call;
    Object payload;
    std::string signer; ///< empty for a call without signature
};

inline Heard heard(const std::string& envelope)
{
    const auto parsed = parse_json(envelope).value();
    const Object& object = *parsed.get<Object>();
    const auto payload = part<std::string>(object, "payload");
    const auto signature = part<std::string>(object, "signature");
    const auto value = parse_json(from_base64(payload).value()).value();
    return {part<std::string>(object, "payloadtype"), *value.get<Object>(),
            signature.empty() ? "" : colonies::recover_id(payload, signature).value()};
}

/// The reply as one to this request.
inline Reply as_reply_to(const std::string& request, Reply reply)
{
    if (reply.bytes.find(any_call) == std::string::npos)
        return reply;
    const std::string call = heard(request.substr(request.find("\r\n\r\n") + 4)).call;
    const std::string length = "Content-Length: ";
    const std::size_t before = reply.bytes.size();
    reply.bytes = named(std::move(reply.bytes), call == "getpausestatusmsg" ? "pausestatusreplymsg" : call);
    const std::size_t place = reply.bytes.find(length) + length.size();
    const std::size_t end = reply.bytes.find("\r\n", place);
    const std::size_t told = std::stoul(reply.bytes.substr(place, end - place));
    reply.bytes.replace(place, end - place, std::to_string(told + reply.bytes.size() - before));
    return reply;
}

class ColonyWorld {
public:
    explicit ColonyWorld(HttpPeer::Handler handler, HttpPeer::Options options = {},
                         colonies::Client::Config config = {})
        : peer{context,
               [handler = std::move(handler)](const std::string& request) {
                   return as_reply_to(request, handler(request));
               },
               options},
          client{pool, clock, with_address(std::move(config), peer.port(), options.identity.has_value())}
    {
    }

    /// One that always gives the same reply.
    explicit ColonyWorld(Reply reply, colonies::Client::Config config = {})
        : ColonyWorld{[reply = std::move(reply)](const std::string&) { return reply; }, {}, std::move(config)}
    {
    }

    template <class T> T run(boost::asio::awaitable<T> work) { return test::run(context, std::move(work)); }

    colonies::Caller caller() { return {client, key}; }

    /// The last request.
    Heard last() const
    {
        const std::string& request = peer.requests().back();
        return heard(request.substr(request.find("\r\n\r\n") + 4));
    }

    boost::asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    BlockingPool pool{1};
    HttpPeer peer;
    colonies::Client client;
    colonies::PrivateKey key = colonies::PrivateKey::generate();

private:
    static colonies::Client::Config with_address(colonies::Client::Config config, std::uint16_t port, bool tls)
    {
        config.host = tls ? "localhost" : "127.0.0.1";
        config.port = port;
        config.tls = tls;
        return config;
    }
};

} // namespace forager::test
