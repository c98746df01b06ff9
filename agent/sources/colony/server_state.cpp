#include "sources/colony/server_state.hpp"

#include "base/duration.hpp"
#include "clients/colonies/refusal.hpp"

#include <utility>

namespace forager::colony {

using colonies::Refusal;

namespace {

constexpr Duration quiet = std::chrono::minutes{1};

// The server itself speaks no TLS, which is the default all the same: whoever begins without a proxy meets this first.
const char* hint_for(const Failure& failure)
{
    return failure.message.find("TLS handshake") == std::string::npos
               ? ""
               : "; [colony] host, port and tls say where the server is: one without a proxy before it needs tls = "
                 "false";
}

} // namespace

ServerState::ServerState(Clock& clock, std::string peer, Words words)
    : clock_{clock}, peer_{std::move(peer)}, words_{std::move(words)}, since_{clock.now()}
{
}

void ServerState::answered()
{
    if (!away())
        return;
    if (std::exchange(told_, false)) {
        words_.info("the colony server " + peer_ + " answers again after " + to_text(clock_.now() - since_));
        told_back_ = clock_.now();
    }
    trouble_.clear();
    since_ = clock_.now();
}

void ServerState::heard(const Failure& failure)
{
    if (!is_away(failure))
        return answered();
    if (!away())
        since_ = clock_.now();
    trouble_ = failure.message;
    const bool said_lately = told_back_ && clock_.now() - *told_back_ < quiet;
    if (told_ || said_lately)
        return;
    words_.warn("the colony server " + peer_ + " does not answer: " + failure.message + hint_for(failure) +
                "; it is tried again");
    told_ = true;
}

bool is_away(const Failure& failure)
{
    const Refusal refusal = colonies::refusal_of(failure);
    if (refusal == Refusal::none)
        return failure.code != Errc::bad_arguments && failure.code != Errc::limit;
    return refusal == Refusal::overloaded || refusal == Refusal::nonsense;
}

} // namespace forager::colony
