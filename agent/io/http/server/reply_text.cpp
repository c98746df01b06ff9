#include "io/http/server/reply_text.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace forager::http {

namespace {

constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_ours(std::string_view name)
{
    constexpr std::array<std::string_view, 4> ours{"content-length", "transfer-encoding", "connection", "date"};
    return std::ranges::any_of(ours, [&](std::string_view own) { return same_name(own, name); });
}

std::string_view reason_of(int status)
{
    const auto reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    return {reason.data(), reason.size()};
}

void add(std::string& text, std::string_view name, std::string_view value)
{
    text.append(name).append(": ").append(value).append("\r\n");
}

} // namespace

Framing framing_of(const Reply& reply, bool http_1_0)
{
    if (reply.status == 204 || reply.status == 304)
        return Framing::no_body;
    if (!reply.stream)
        return Framing::length;
    return http_1_0 ? Framing::end_of_connection : Framing::chunks;
}

bool is_sendable(const Reply& reply)
{
    return reply.status >= 200 && reply.status <= 599 && std::ranges::all_of(reply.headers, [](const Header& field) {
               return is_token(field.name) && is_header_value(field.value);
           });
}

std::string head_text(const Reply& reply, Framing framing, bool keeps, WallTime now)
{
    std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " ";
    text.append(reason_of(reply.status)).append("\r\n");
    for (const Header& field : reply.headers)
        if (!is_ours(field.name))
            add(text, field.name, field.value);
    if (framing == Framing::length)
        add(text, "Content-Length", std::to_string(reply.body.size()));
    if (framing == Framing::chunks)
        add(text, "Transfer-Encoding", "chunked");
    add(text, "Connection", keeps ? "keep-alive" : "close");
    add(text, "Date", http_date(now));
    return text.append("\r\n");
}

std::string chunk_text(std::string_view piece)
{
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), piece.size(), 16).ptr;
    std::string text{digits.begin(), end};
    return text.append("\r\n").append(piece).append("\r\n");
}

std::string http_date(WallTime time)
{
    using namespace std::chrono;
    const auto day = floor<std::chrono::days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{floor<seconds>(time - day)};
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  forager::http::days.at(weekday{day}.c_encoding()), static_cast<unsigned>(date.day()),
                  months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

} // namespace forager::http
