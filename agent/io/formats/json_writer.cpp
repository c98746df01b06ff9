#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"
#include "io/formats/numbers.hpp"
#include "io/formats/paths.hpp"

#include <cmath>
#include <optional>

namespace forager {

namespace {

constexpr std::string_view bytes_mark = "$base64";

// A member's name that is not UTF-8.
constexpr std::string_view name_mark = "$base64:";

class Writer {
public:
    explicit Writer(bool pretty) : pretty_{pretty} {}

    std::string take() { return std::move(text_); }
    void write(const Value& value) { value.visit(*this); }

    void operator()(std::nullptr_t) { text_ += "null"; }
    void operator()(bool value) { text_ += value ? "true" : "false"; }
    void operator()(std::int64_t value) { text_ += std::to_string(value); }
    void operator()(double value) { text_ += std::isfinite(value) ? number_text(value) : "null"; }

    void operator()(const std::string& value)
    {
        if (is_utf8(value))
            quote(value);
        else
            write(Object{{std::string{bytes_mark}, to_base64(value)}});
    }

    void operator()(const Array& items)
    {
        open('[');
        for (const Value& item : items) {
            next();
            write(item);
        }
        close(']', items.empty());
    }

    void operator()(const Object& members)
    {
        open('{');
        for (const Member& member : members) {
            next();
            quote(is_utf8(member.name) ? member.name : std::string{name_mark} + to_base64(member.name));
            text_ += pretty_ ? ": " : ":";
            write(member.value);
        }
        close('}', members.empty());
    }

private:
    void open(char bracket)
    {
        text_ += bracket;
        ++depth_;
    }

    void next()
    {
        if (const char last = text_.back(); last != '[' && last != '{')
            text_ += ',';
        break_line();
    }

    void close(char bracket, bool empty)
    {
        --depth_;
        if (!empty)
            break_line();
        text_ += bracket;
    }

    void break_line()
    {
        if (pretty_)
            text_.append(1, '\n').append(depth_ * 2, ' ');
    }

    void quote(std::string_view text)
    {
        text_ += '"';
        for (const char character : text)
            escape(character);
        text_ += '"';
    }

    void escape(char character)
    {
        switch (character) {
        case '"': text_ += "\\\""; break;
        case '\\': text_ += "\\\\"; break;
        case '\n': text_ += "\\n"; break;
        case '\r': text_ += "\\r"; break;
        case '\t': text_ += "\\t"; break;
        default:
            if (static_cast<unsigned char>(character) < 0x20)
                text_ += "\\u00" + to_hex({&character, 1});
            else
                text_ += character;
        }
    }

    std::string text_;
    std::size_t depth_ = 0;
    bool pretty_;
};

std::string written(const Value& value, bool pretty)
{
    Writer writer{pretty};
    writer.write(value);
    return writer.take();
}

// Looks for what JSON cannot say; `path_` is where it stands.
class Check {
public:
    explicit Check(std::string_view name) : path_{name} {}

    std::optional<Failure> operator()(double number)
    {
        if (std::isfinite(number))
            return std::nullopt;
        return refused(std::isnan(number) ? " is not a number (NaN)" : " is an infinite number");
    }

    std::optional<Failure> operator()(const Array& items)
    {
        for (std::size_t i = 0; i < items.size(); ++i)
            if (auto failure = below(index_step(i), items[i]))
                return failure;
        return std::nullopt;
    }

    std::optional<Failure> operator()(const Object& members)
    {
        for (const Member& member : members)
            if (auto failure = below(name_step(member.name), member.value))
                return failure;
        return std::nullopt;
    }

    std::optional<Failure> operator()(const auto&) { return std::nullopt; }

private:
    std::optional<Failure> below(std::string step, const Value& value)
    {
        if (depth_ >= deepest_nesting)
            return refused(" is nested deeper than " + std::to_string(deepest_nesting) + " levels");
        const std::size_t length = path_.size();
        path_ += step;
        ++depth_;
        auto failure = value.visit(*this);
        --depth_;
        path_.resize(length);
        return failure;
    }

    Failure refused(std::string_view what) const
    {
        return {Errc::bad_arguments, path_ + std::string{what} + ", which JSON cannot say."};
    }

    std::string path_;
    std::size_t depth_ = 0;
};

std::optional<std::string> marked_bytes(const Object& object)
{
    const auto* text =
        object.size() == 1 && object.begin()->name == bytes_mark ? object.begin()->value.get<std::string>() : nullptr;
    auto bytes = text == nullptr ? Result<std::string>{Failure{}} : from_base64(*text);
    return bytes ? std::optional{std::move(*bytes)} : std::nullopt;
}

void unmark_name(std::string& name)
{
    if (!name.starts_with(name_mark))
        return;
    if (auto bytes = from_base64(std::string_view{name}.substr(name_mark.size())); bytes && !is_utf8(*bytes))
        name = std::move(*bytes);
}

} // namespace

std::string to_json(const Value& value)
{
    return written(value, false);
}

std::string to_pretty_json(const Value& value)
{
    return written(value, true);
}

void unmark_bytes(Value& value)
{
    if (auto* list = value.get<Array>())
        for (Value& item : *list)
            unmark_bytes(item);
    auto* object = value.get<Object>();
    if (object == nullptr)
        return;
    if (auto bytes = marked_bytes(*object)) {
        value = Value{std::move(*bytes)};
        return;
    }
    for (Member& member : *object) {
        unmark_name(member.name);
        unmark_bytes(member.value);
    }
}

Result<std::string> encode_json(const Value& value, std::string_view name, bool pretty)
{
    if (auto failure = value.visit(Check{name}))
        return *std::move(failure);
    return written(value, pretty);
}

} // namespace forager
