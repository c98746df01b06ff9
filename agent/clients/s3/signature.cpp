#include "clients/s3/signature.hpp"

#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/formats/mac.hpp"

#include <algorithm>

namespace forager::s3 {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

struct Scope {
    std::string time; // as basic_time
    std::string text; // day/region/s3/aws4_request
};

Scope scope_of(std::string_view region, WallTime now)
{
    std::string time = basic_time(now);
    std::string text = time.substr(0, 8);
    text.append("/").append(region).append("/s3/aws4_request");
    return {std::move(time), std::move(text)};
}

// Names in lower case, in order; each value on one line with single spaces.
Pairs canonical_headers(const http::Headers& headers, const std::string& host)
{
    Pairs pairs{{"host", host}};
    for (const http::Header& header : headers) {
        std::string value;
        for (const char byte : trimmed(header.value))
            if (byte != ' ' || value.back() != ' ')
                value += byte;
        pairs.emplace_back(http::lower_case(header.name), std::move(value));
    }
    std::ranges::sort(pairs);
    return pairs;
}

std::string names_of(const Pairs& headers)
{
    std::string names;
    for (const auto& [name, value] : headers)
        names.append(names.empty() ? "" : ";").append(name);
    return names;
}

std::string signature(const Signable& request, const Pairs& headers, std::string_view payload, const Credentials& who,
                      const Scope& scope)
{
    std::string canonical = request.method + "\n" + request.path + "\n" + canonical_query(request.query) + "\n";
    for (const auto& [name, value] : headers)
        canonical.append(name).append(":").append(value).append("\n");
    canonical.append("\n").append(names_of(headers)).append("\n").append(payload);
    std::string text{algorithm};
    text.append("\n").append(scope.time).append("\n").append(scope.text);
    text.append("\n").append(to_hex(digest(Digest::sha256, canonical)));
    std::string key = "AWS4" + who.secret_key.reveal();
    for (const std::string_view step : split(scope.text, '/'))
        key = hmac_sha256(key, step);
    return to_hex(hmac_sha256(key, text));
}

} // namespace

http::Headers signed_headers(Signable request, std::string_view sha256, const Credentials& who, std::string_view region,
                             WallTime now)
{
    const Scope scope = scope_of(region, now);
    request.headers.set("x-amz-date", scope.time);
    request.headers.set("x-amz-content-sha256", std::string{sha256});
    const Pairs headers = canonical_headers(request.headers, request.host);
    std::string proof{algorithm};
    proof.append(" Credential=").append(who.access_key).append("/").append(scope.text);
    proof.append(", SignedHeaders=").append(names_of(headers));
    proof.append(", Signature=").append(signature(request, headers, sha256, who, scope));
    request.headers.set("Authorization", std::move(proof));
    return std::move(request.headers);
}

std::string presigned_query(Signable request, const Credentials& who, std::string_view region, WallTime now,
                            Duration lifetime)
{
    const Scope scope = scope_of(region, now);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(lifetime).count();
    request.query.emplace_back("X-Amz-Algorithm", algorithm);
    request.query.emplace_back("X-Amz-Credential", who.access_key + "/" + scope.text);
    request.query.emplace_back("X-Amz-Date", scope.time);
    request.query.emplace_back("X-Amz-Expires", std::to_string(seconds));
    request.query.emplace_back("X-Amz-SignedHeaders", "host");
    const std::string proof = signature(request, {{"host", request.host}}, unsigned_payload, who, scope);
    return canonical_query(request.query) + "&X-Amz-Signature=" + proof;
}

} // namespace forager::s3
