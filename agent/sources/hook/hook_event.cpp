#include "sources/hook/hook_event.hpp"

#include "core/options.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace forager {

namespace {

Object first_values(std::vector<std::pair<std::string, std::string>> query)
{
    Object object;
    for (auto& [name, value] : query)
        if (object.find(name) == nullptr)
            object.append(name, std::move(value));
    return object;
}

Object joined(const http::Headers& headers)
{
    Object object;
    for (const http::Header& header : headers) {
        Value* before = object.find(header.name);
        auto* text = before == nullptr ? nullptr : before->get<std::string>();
        if (text == nullptr)
            object.append(header.name, header.value);
        else
            *text += ", " + header.value;
    }
    return object;
}

Failure bad_reply(const std::string& reason)
{
    return {Errc::bad_arguments, "the handler's reply " + reason};
}

// What the server says itself, and what would say two things about one body.
bool is_for_the_server(std::string_view name)
{
    constexpr std::array<std::string_view, 4> taken = {"connection", "content-length", "date", "transfer-encoding"};
    return std::ranges::find(taken, http::lower_case(name)) != taken.end();
}

Result<void> add_header(http::Headers& headers, const std::string& name, const Value& value)
{
    const auto* text = value.get<std::string>();
    const std::string shown = text != nullptr ? *text : to_json(value);
    if (!http::is_token(name) || !http::is_header_value(shown) || value.get<Object>() != nullptr)
        return bad_reply("has a header '" + name + "' that cannot be sent");
    if (is_for_the_server(name))
        return bad_reply("has the header '" + name + "', which is the server's to say");
    headers.set(name, shown);
    return {};
}

Result<void> add_headers(http::Headers& headers, const Value* given)
{
    if (given == nullptr)
        return {};
    const auto* named = given->get<Object>();
    if (named == nullptr)
        return bad_reply("has 'headers' that are no table of names");
    for (const Member& header : *named)
        if (auto added = add_header(headers, header.name, header.value); !added)
            return added.error();
    return {};
}

Result<http::Reply> body_reply(int status, const Object& table)
{
    const Value* body = option(table, "body");
    const Value* json = table.find("json"); // null is JSON, too
    if (body != nullptr && json != nullptr)
        return bad_reply("has both 'body' and 'json'");
    if (json != nullptr)
        return http::json_reply(status, *json);
    if (body == nullptr) {
        http::Reply reply;
        reply.status = status;
        return reply;
    }
    const auto* text = body->get<std::string>();
    if (text == nullptr)
        return bad_reply("has a 'body' that is no string: give data as 'json'");
    return http::text_reply(status, *text);
}

Result<http::Reply> full_reply(const Object& table)
{
    constexpr int first_final = 200;
    constexpr int last = 599;
    const auto* status = table.find("status")->get<std::int64_t>();
    if (status == nullptr || *status < first_final || *status > last)
        return bad_reply("has a 'status' that is none from 200 to 599");
    auto reply = body_reply(static_cast<int>(*status), table);
    if (!reply)
        return reply;
    if (auto added = add_headers(reply->headers, option(table, "headers")); !added)
        return added.error();
    return reply;
}

} // namespace

Value hook_event(http::ServedRequest request, Object params)
{
    return Object{{"method", std::move(request.method)}, {"path", std::move(request.path)},
                  {"params", std::move(params)},         {"query", first_values(std::move(request.query))},
                  {"headers", joined(request.headers)},  {"body", std::move(request.body)}};
}

Result<http::Reply> hook_reply(const Value& value)
{
    constexpr int done = 200;
    if (value.is_null()) {
        http::Reply reply;
        reply.status = 204;
        return reply;
    }
    if (const auto* text = value.get<std::string>())
        return http::text_reply(done, *text);
    if (const auto* table = value.get<Object>(); table != nullptr && option(*table, "status") != nullptr)
        return full_reply(*table);
    return http::json_reply(done, value);
}

http::Reply hook_failure_reply(const Failure& failure)
{
    if (failure.code_word() == word(Errc::bad_arguments))
        return http::failure_reply(400, {Errc::bad_arguments, failure.message});
    if (failure.code == Errc::cancelled)
        return http::failure_reply(503, {Errc::cancelled, "the agent is stopping: try again"});
    return http::failure_reply(500, {Errc::script, "the hook's handler failed; the agent's log says why"});
}

} // namespace forager
