// A reply as bytes. Used by the server's connections. Pure.
#pragma once

#include "base/time.hpp"
#include "io/http/server/reply.hpp"

#include <string>
#include <string_view>

namespace forager::http {

/// How the client learns where the body ends.
enum class Framing { no_body, length, chunks, end_of_connection };

Framing framing_of(const Reply& reply, bool http_1_0);

/// Whether it can be sent as it is: a final status, and headers that smuggle nothing.
bool is_sendable(const Reply& reply);

/// The status line and all headers. `keeps`: the connection stays open.
std::string head_text(const Reply& reply, Framing framing, bool keeps, WallTime now);

std::string chunk_text(std::string_view piece);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(WallTime time);

} // namespace forager::http
