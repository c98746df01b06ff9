#include "io/formats/base64.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace forager {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr std::array<std::int8_t, 256> values_of_characters()
{
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return values;
}

constexpr std::array<std::int8_t, 256> base64_values = values_of_characters();

bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

Failure not_base64(std::string why)
{
    return {Errc::bad_arguments, "this is not base64: " + std::move(why)};
}

std::string named(char character)
{
    const auto byte = static_cast<unsigned char>(character);
    if (byte > 0x20 && byte < 0x7F)
        return {'\'', character, '\''};
    return "byte 0x" + to_hex({&character, 1});
}

// Takes characters one by one and keeps the bits that do not make a whole byte yet.
class Decoder {
public:
    explicit Decoder(std::size_t expected) { bytes_.reserve(expected); }

    std::optional<Failure> take(char character, std::size_t position)
    {
        if (character == '=') {
            ++padding_;
            return std::nullopt;
        }
        const std::int8_t value = base64_values[static_cast<unsigned char>(character)];
        if (value < 0 || padding_ > 0)
            return not_base64(named(character) + " at character " + std::to_string(position + 1) +
                              (value < 0 ? " does not belong there." : " comes after the end ('=')."));
        add(static_cast<std::uint32_t>(value));
        return std::nullopt;
    }

    Result<std::string> finish()
    {
        if (characters_ % 4 == 1 || (characters_ + padding_) % 4 != 0 || padding_ > 2)
            return not_base64("the end is missing, its length must be a multiple of four with '=' as padding.");
        if ((bits_ & ((1U << bit_count_) - 1)) != 0)
            return not_base64("its last character carries stray bits, so the text was cut or changed.");
        return std::move(bytes_);
    }

private:
    void add(std::uint32_t value)
    {
        ++characters_;
        bits_ = bits_ << 6 | value;
        bit_count_ += 6;
        if (bit_count_ >= 8) {
            bit_count_ -= 8;
            bytes_ += static_cast<char>(bits_ >> bit_count_ & 0xFF);
        }
    }

    std::string bytes_;
    std::uint32_t bits_ = 0;
    unsigned bit_count_ = 0;
    std::size_t characters_ = 0;
    std::size_t padding_ = 0;
};

int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    const char lower = static_cast<char>(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

} // namespace

std::string to_base64(std::string_view bytes)
{
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::string_view group = bytes.substr(i, 3);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            text += k <= group.size() ? alphabet[bits >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

Result<std::string> from_base64(std::string_view text)
{
    Decoder decoder{text.size() / 4 * 3};
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_blank(text[i]))
            continue;
        if (const auto failure = decoder.take(text[i], i))
            return *failure;
    }
    return decoder.finish();
}

std::string to_hex(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char character : bytes) {
        const auto byte = static_cast<unsigned char>(character);
        text += hex_digits[byte >> 4];
        text += hex_digits[byte & 15];
    }
    return text;
}

Result<std::string> from_hex(std::string_view text)
{
    if (text.size() % 2 != 0)
        return Failure{Errc::bad_arguments, "this is not hexadecimal: each byte takes two digits, and one is missing."};
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int value = digit_value(text[i]);
        if (value < 0)
            return Failure{Errc::bad_arguments, "this is not hexadecimal: " + named(text[i]) + " at character " +
                                                    std::to_string(i + 1) + " is no digit."};
        if (i % 2 == 0)
            bytes += static_cast<char>(value << 4);
        else
            bytes.back() = static_cast<char>(bytes.back() | value);
    }
    return bytes;
}

} // namespace forager
