// JSON, YAML, TOML, base64, checksums of bytes.
#include "scripting/bindings/bindings.hpp"

#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/formats/json.hpp"
#include "io/formats/toml.hpp"
#include "io/formats/yaml.hpp"

namespace forager::scripting {

namespace {

const std::string& text(const Request& request)
{
    return *request.arg(0).get<std::string>(); // Lua has checked it
}

// null is data here, and nil would be nothing: what is decoded comes in a list of one.
Outcome decoded(Result<Value> value)
{
    if (!value)
        return value.error();
    return Outputs{Value{Array{std::move(*value)}}};
}

Outcome encoded(Result<std::string> encoding)
{
    if (!encoding)
        return encoding.error();
    return Outputs{Value{std::move(*encoding)}};
}

Outcome json_decode(Request& request)
{
    return decoded(parse_json(text(request)));
}

Outcome json_encode(Request& request)
{
    const bool* pretty = request.arg(1).get<bool>();
    return encoded(encode_json(request.arg(0), "value", pretty != nullptr && *pretty));
}

Outcome yaml_decode(Request& request)
{
    return decoded(parse_yaml(text(request)));
}

Outcome yaml_decode_all(Request& request)
{
    auto documents = parse_all_yaml(text(request));
    if (!documents)
        return documents.error();
    return Outputs{Value{std::move(*documents)}};
}

Outcome yaml_encode(Request& request)
{
    return Outputs{Value{to_yaml(request.arg(0))}};
}

Outcome toml_decode(Request& request)
{
    return decoded(parse_toml(text(request)));
}

Outcome toml_encode(Request& request)
{
    return encoded(to_toml(request.arg(0)));
}

Outcome base64_encode(Request& request)
{
    return Outputs{Value{to_base64(text(request))}};
}

Outcome base64_decode(Request& request)
{
    return encoded(from_base64(text(request)));
}

// digest(bytes, algorithm)
Outcome digest_of(Request& request)
{
    const std::string& name = *request.arg(1).get<std::string>();
    const auto algorithm = digest_named(name);
    if (!algorithm)
        return Failure{Errc::bad_arguments,
                       "there is no checksum '" + name + "': md5, sha1, sha256, sha512 and sha3-256"};
    return Outputs{Value{to_hex(digest(*algorithm, text(request)))}};
}

constexpr Binding bindings[] = {
    {"json_decode", json_decode},
    {.name = "json_encode", .function = json_encode, .any_numbers = true},
    {"yaml_decode", yaml_decode},
    {"yaml_decode_all", yaml_decode_all},
    {.name = "yaml_encode", .function = yaml_encode, .any_numbers = true},
    {"toml_decode", toml_decode},
    {.name = "toml_encode", .function = toml_encode, .any_numbers = true},
    {"base64_encode", base64_encode},
    {"base64_decode", base64_decode},
    {"digest", digest_of},
};

} // namespace

std::span<const Binding> format_bindings()
{
    return bindings;
}

} // namespace forager::scripting
