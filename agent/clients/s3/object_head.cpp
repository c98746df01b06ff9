#include "clients/s3/object_head.hpp"

#include "base/text.hpp"
#include "clients/s3/documents.hpp"
#include "io/formats/base64.hpp"

#include <algorithm>
#include <charconv>

namespace forager::s3 {

namespace {

constexpr std::string_view prefix = "x-amz-meta-";
constexpr std::string_view sha256_name = "x-amz-meta-sha256";
constexpr std::string_view parts_name = "x-amz-meta-sha256-parts";

bool is_visible(std::string_view text)
{
    return std::ranges::all_of(text, [](char byte) { return byte >= ' ' && byte <= '~'; });
}

std::uint64_t number_in(const std::string* text)
{
    std::uint64_t number = 0;
    if (text != nullptr)
        std::from_chars(text->data(), text->data() + text->size(), number);
    return number;
}

std::string value_of(const http::Headers& headers, std::string_view name)
{
    const auto* value = headers.find(name);
    return value == nullptr ? "" : *value;
}

// The store's own word, of content that came in one piece.
std::string stored_sha256(const std::string& checksum)
{
    const auto bytes = from_base64(checksum);
    return bytes && bytes->size() == 32 ? to_hex(*bytes) : "";
}

} // namespace

Result<void> check_key(std::string_view key)
{
    constexpr std::size_t longest = 1024;
    if (key.empty() || key.size() > longest || !is_utf8(key) || key.find('\0') != key.npos)
        return Failure{Errc::bad_arguments, "an object's key is UTF-8 text of 1 to 1024 bytes, without a NUL"};
    // Servers and proxies take them for parts of a path, and mean another object.
    for (const std::string_view part : split(key, '/'))
        if (part == "." || part == "..")
            return Failure{Errc::bad_arguments, "an object's key has no part '.' or '..': '" + printable(key) + "'"};
    return {};
}

Result<http::Headers> headers_of(const PutOptions& options)
{
    http::Headers headers;
    if (!http::is_header_value(options.content_type))
        return Failure{Errc::bad_arguments, "the content type of an object holds a control character"};
    headers.set("Content-Type", options.content_type);
    for (const auto& [name, value] : options.metadata) {
        const std::string header = std::string{prefix} + http::lower_case(name);
        if (!http::is_token(name) || !is_visible(value) || header == sha256_name || header == parts_name)
            return Failure{Errc::bad_arguments, "the metadata '" + printable(name) +
                                                    "' cannot be kept: names are like those of headers, but 'sha256' "
                                                    "and 'sha256-parts', and values visible ASCII"};
        headers.set(header, value);
    }
    return headers;
}

void tell_sha256(http::Headers& headers, std::string sha256)
{
    headers.set(std::string{sha256_name}, std::move(sha256));
}

void tell_parts(http::Headers& headers, std::uint64_t part_size)
{
    headers.set(std::string{parts_name}, std::to_string(part_size));
}

ObjectHead head_of(std::string key, const http::Response& answer)
{
    ObjectHead head;
    StoredObject& object = head.object;
    object.key = std::move(key);
    object.size = number_in(answer.headers.find("content-length"));
    object.etag = without_quotes(value_of(answer.headers, "etag"));
    object.modified = parse_http_time(value_of(answer.headers, "last-modified"));
    object.content_type = value_of(answer.headers, "content-type");
    object.sha256 = value_of(answer.headers, sha256_name);
    head.part_size = number_in(answer.headers.find(parts_name));
    const std::string checksum = value_of(answer.headers, "x-amz-checksum-sha256");
    if (checksum.find('-') != checksum.npos)
        head.parts_sha256 = checksum;
    else if (object.sha256.empty())
        object.sha256 = stored_sha256(checksum);
    for (const http::Header& header : answer.headers)
        if (header.name.starts_with(prefix) && header.name != sha256_name && header.name != parts_name)
            object.metadata.emplace_back(header.name.substr(prefix.size()), header.value);
    return head;
}

} // namespace forager::s3
