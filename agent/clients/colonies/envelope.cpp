#include "clients/colonies/envelope.hpp"

#include "base/text.hpp"
#include "clients/colonies/refusal.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <utility>

namespace forager::colonies {

namespace {

constexpr std::size_t shown_start = 60;

// These two answer with nothing when the caller is no member.
bool is_silent_refusal(std::string_view call, int http_status)
{
    return http_status == 200 && (call == "getprocesshistmsg" || call == "getcolonystatsmsg");
}

Failure empty_reply(std::string_view call, int http_status)
{
    if (is_silent_refusal(call, http_status))
        return refused_by_server(call, 403, "Access denied, not a member (it said nothing)");
    return nonsense_from_server(call, http_status, "is empty");
}

// A page of HTML tells who answered; the start of an envelope tells nothing.
std::string no_envelope(std::string_view body)
{
    const std::string start = printable(body.substr(0, shown_start));
    if (body.starts_with('{') || !is_utf8(start))
        return "is not complete, or no JSON";
    return "is no JSON; it begins with '" + start + "'";
}

Result<Value> decoded(std::string_view call, int http_status, const Object& envelope)
{
    const Value* payload = envelope.find("payload");
    const auto* text = payload == nullptr ? nullptr : payload->get<std::string>();
    if (text == nullptr)
        return nonsense_from_server(call, http_status, "has no payload");
    const auto bytes = from_base64(*text);
    if (bytes.has_error())
        return nonsense_from_server(call, http_status, "has a payload that is not in base64");
    if (trimmed(*bytes).empty())
        return Value{};
    auto value = parse_first_json(*bytes, reply_nesting);
    if (value.has_error())
        return nonsense_from_server(call, http_status, "has a payload that cannot be read: " + value.error().message);
    return value;
}

Failure refusal(std::string_view call, int http_status, const Value& payload)
{
    const auto* error = payload.get<Object>();
    if (error == nullptr)
        return nonsense_from_server(call, http_status, "is an error without a message");
    const auto status = part<std::int64_t>(*error, "status");
    return refused_by_server(call, status == 0 ? http_status : status, part<std::string>(*error, "message"));
}

} // namespace

Result<std::string> request_text(std::string_view call, Object payload)
{
    payload.set("msgtype", call);
    return encode_json(Value{std::move(payload)}, "the request");
}

std::string body_around(std::string_view call, std::string_view text, const std::optional<PrivateKey>& key)
{
    const std::string encoded = to_base64(text);
    const std::string signature = key ? key->sign(encoded) : "";
    return R"({"payloadtype":")" + std::string{call} + R"(","payload":")" + encoded + R"(","signature":")" + signature +
           R"("})";
}

Result<std::string> request_body(std::string_view call, Object payload, const std::optional<PrivateKey>& key)
{
    const auto text = request_text(call, std::move(payload));
    if (text.has_error())
        return text.error();
    return body_around(call, *text, key);
}

Result<Value> reply_payload(std::string_view call, int http_status, std::string_view body)
{
    if (trimmed(body).empty())
        return empty_reply(call, http_status);
    const auto first = parse_first_json(body);
    const auto* envelope = first.has_value() ? first->get<Object>() : nullptr;
    if (envelope == nullptr)
        return nonsense_from_server(call, http_status, no_envelope(trimmed(body)));
    auto payload = decoded(call, http_status, *envelope);
    if (payload.has_error())
        return payload;
    if (part<bool>(*envelope, "error") || part<std::string>(*envelope, "payloadtype") == "error")
        return refusal(call, http_status, *payload);
    return payload;
}

} // namespace forager::colonies
