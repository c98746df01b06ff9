#include "io/http/server/reply.hpp"

#include "io/formats/json.hpp"

#include <utility>

namespace forager::http {

namespace {

Reply reply_of(int status, std::string content_type)
{
    Reply reply;
    reply.status = status;
    reply.headers.add("Content-Type", std::move(content_type));
    return reply;
}

} // namespace

Reply text_reply(int status, std::string text)
{
    Reply reply = reply_of(status, "text/plain; charset=utf-8");
    reply.body = std::move(text);
    return reply;
}

Reply json_reply(int status, const Value& value)
{
    Reply reply = reply_of(status, "application/json");
    reply.body = to_json(value) + "\n";
    return reply;
}

Reply failure_reply(int status, const Failure& failure)
{
    Object body;
    body.append("ok", false);
    body.append("error", failure.to_object());
    return json_reply(status, std::move(body));
}

Reply stream_reply(std::string content_type, std::unique_ptr<BodySource> stream)
{
    Reply reply = reply_of(200, std::move(content_type));
    reply.stream = std::move(stream);
    return reply;
}

} // namespace forager::http
