// A connected stream socket of any family, so that the server's code exists once. Included by its sources only.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>

namespace forager::http {

using Socket = boost::asio::generic::stream_protocol::socket;

} // namespace forager::http
