// What a handler answers, and short ways to say it. Used by the server and by whoever handles its requests.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "io/http/headers.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace forager::http {

/// A body that is made while it is sent.
class BodySource {
public:
    virtual ~BodySource() = default;

    /// The next piece; an empty one ends the body. What is thrown ends the connection, so that the client sees that
    /// something is missing.
    virtual boost::asio::awaitable<std::string> next() = 0;
};

struct Reply {
    int status = 200; ///< 200 to 599
    Headers headers;  ///< without Content-Length, Transfer-Encoding, Connection and Date, which the server adds
    std::string body;
    std::unique_ptr<BodySource> stream; ///< instead of `body`

    Reply() = default;
};

Reply text_reply(int status, std::string text);
Reply json_reply(int status, const Value& value);
/// {"ok":false,"error":{"code":…,"message":…}}
Reply failure_reply(int status, const Failure& failure);
Reply stream_reply(std::string content_type, std::unique_ptr<BodySource> stream);

} // namespace forager::http
