// The library's part of a session.
#include "scripting/bindings/bindings.hpp"

#include "scripting/script.hpp"
#include "scripting/session.hpp"

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// serve_session(): waits for its end
asio::awaitable<Outcome> serve_session(Request request)
{
    return request.script.session->serve(request.script.vm().current());
}

constexpr Binding bindings[] = {
    {"serve_session", Inside{serve_session}},
};

} // namespace

std::span<const Binding> session_bindings()
{
    return bindings;
}

} // namespace forager::scripting
