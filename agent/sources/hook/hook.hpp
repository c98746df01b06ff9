// An HTTP hook: which requests it is for, who may send them, and the function that handles them. Plain data, made by
// the composition root.
#pragma once

#include "base/secret.hpp"
#include "core/hook_route.hpp"

#include <string>

namespace forager {

/// How a caller proves that he knows the hook's secret.
enum class Proof {
    none,     ///< not at all: whoever may call the agent
    token,    ///< "X-Forager-Token: SECRET" or "Authorization: Bearer SECRET"
    signature ///< "X-Hub-Signature-256: sha256=HEX", the HMAC-SHA256 of the body
};

struct Hook {
    HookRoute route;
    std::string function; ///< full name
    bool durable = false; ///< the event is put into the queue, and the caller told so
    Proof proof = Proof::none;
    Secret secret; ///< for the proof; empty: it cannot be had, and nobody is let in
};

} // namespace forager
