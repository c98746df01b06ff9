#include "config/form.hpp"

#include "base/size.hpp"
#include "base/text.hpp"
#include "config/values.hpp"
#include "core/options.hpp"

namespace forager::config {

namespace {

std::optional<std::string> text_of(const Value& value)
{
    const auto* text = value.get<std::string>();
    // A NUL would cut it short for the system: nobody means that.
    return text == nullptr || text->find('\0') != text->npos ? std::nullopt : std::optional{*text};
}

std::optional<std::vector<std::string>> list_of(const Value& value)
{
    const auto* items = value.get<Array>();
    if (items == nullptr)
        return std::nullopt;
    std::vector<std::string> list;
    for (const Value& item : *items) {
        auto text = text_of(item);
        if (!text || text->empty())
            return std::nullopt;
        list.push_back(*std::move(text));
    }
    return list;
}

Value as_list(const std::vector<std::string>& list)
{
    return Array(list.begin(), list.end());
}

Value as_text(const std::string& text)
{
    return text;
}

bool is_port(std::string_view text)
{
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_digit) &&
           std::stoul(std::string{text}) <= std::numeric_limits<std::uint16_t>::max();
}

bool is_address(std::string_view text)
{
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || !is_port(text.substr(colon + 1)))
        return false;
    const std::string_view host = text.substr(0, colon);
    return host.find(':') == std::string_view::npos || (host.starts_with('[') && host.ends_with(']'));
}

// One colon separates a port, more of them are an address of version 6.
bool is_host(std::string_view text)
{
    const auto is_foreign = [](char c) { return c <= ' ' || c == '/' || c == '[' || c == ']' || c == '@'; };
    return std::ranges::none_of(text, is_foreign) && std::ranges::count(text, ':') != 1;
}

Form<std::vector<std::string>> list_form(Kind kind, std::string wanted)
{
    return {kind, std::move(wanted), list_of, as_list};
}

std::optional<std::uint64_t> size_of(const Value& value)
{
    if (const auto* text = value.get<std::string>())
        return parse_size(*text);
    const auto* bytes = value.get<std::int64_t>();
    return bytes == nullptr || *bytes < 0 ? std::nullopt : std::optional{static_cast<std::uint64_t>(*bytes)};
}

} // namespace

Form<std::string> text()
{
    return {Kind::text, "text", text_of, as_text};
}

Form<std::string> endpoint()
{
    return {Kind::text, "text", text_of, [](const std::string& url) { return shown_url(url); }};
}

Form<std::string> host_name()
{
    const auto read = [](const Value& value) {
        const auto text = text_of(value);
        return text && is_host(*text) ? text : std::nullopt;
    };
    return {Kind::text,
            "a name or an address alone, like \"colonies.example.org\" or \"::1\" (the keys port and tls say the rest)",
            read, as_text};
}

Form<std::string> path()
{
    return {Kind::path, "a path", text_of, as_text};
}

Form<std::string> needed(Form<std::string> form)
{
    form.wanted += " that is not empty";
    form.read = [read = std::move(form.read)](const Value& value) {
        auto text = read(value);
        return text && text->empty() ? std::nullopt : text;
    };
    return form;
}

Form<std::string> url(std::vector<std::string> schemes)
{
    std::vector<std::string> wanted;
    for (const std::string& scheme : schemes)
        wanted.push_back(scheme + "://…");
    const auto read = [schemes](const Value& value) -> std::optional<std::string> {
        const auto text = text_of(value);
        const auto fits = [&](const std::string& scheme) {
            return text->starts_with(scheme + "://") && text->size() > scheme.size() + 3;
        };
        return text && (text->empty() || std::ranges::any_of(schemes, fits)) ? text : std::nullopt;
    };
    return {Kind::url, "a URL: " + one_of(wanted), read, [](const std::string& url) { return shown_url(url); }};
}

Form<std::string> address()
{
    const auto read = [](const Value& value) {
        auto text = text_of(value);
        return text && (text->empty() || is_address(*text)) ? text : std::nullopt;
    };
    return {Kind::text, R"(HOST:PORT, as "127.0.0.1:7080" or "[::1]:7080")", read, as_text};
}

Form<bool> flag()
{
    const auto read = [](const Value& value) -> std::optional<bool> {
        const auto* flag = value.get<bool>();
        return flag == nullptr ? std::nullopt : std::optional{*flag};
    };
    return {Kind::flag, "true or false", read, [](bool flag) { return Value{flag}; }};
}

Form<std::vector<std::string>> texts()
{
    return list_form(Kind::texts, "a list of texts");
}

Form<std::vector<std::string>> paths()
{
    return list_form(Kind::paths, "a list of paths");
}

Form<Secret> secret()
{
    const auto read = [](const Value& value) -> std::optional<Secret> {
        const auto text = text_of(value);
        return text ? std::optional{Secret{*text}} : std::nullopt;
    };
    return {Kind::secret, "text", read, [](const Secret& secret) { return Value{secret.shown()}; }};
}

Form<Duration> duration(Duration least, Duration most)
{
    const auto read = [least, most](const Value& value) -> std::optional<Duration> {
        const auto duration = to_duration(value);
        return duration && *duration >= least && *duration <= most ? std::optional{*duration} : std::nullopt;
    };
    return {Kind::duration, "a duration from \"" + duration_text(least) + "\" to \"" + duration_text(most) + "\"", read,
            [](Duration duration) { return Value{duration_text(duration)}; }};
}

Form<std::size_t> size(std::size_t least, std::size_t most)
{
    const auto read = [least, most](const Value& value) -> std::optional<std::size_t> {
        const auto bytes = size_of(value);
        return bytes && *bytes >= least && *bytes <= most ? std::optional<std::size_t>{*bytes} : std::nullopt;
    };
    return {Kind::size, "a size from \"" + size_text(least) + "\" to \"" + size_text(most) + "\"", read,
            [](std::size_t bytes) { return Value{size_text(bytes)}; }};
}

std::string range_text(std::int64_t least, std::int64_t most)
{
    return "from " + std::to_string(least) + " to " + std::to_string(most);
}

std::string one_of(const std::vector<std::string>& words)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            text += i + 1 == words.size() ? " or " : ", ";
        text += '"' + words[i] + '"';
    }
    return text;
}

} // namespace forager::config
