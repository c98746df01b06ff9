// Whether a request proves that its sender knows the hook's secret. Used by the hooks' source. Pure.
#pragma once

#include "io/http/server/served_request.hpp"
#include "sources/hook/hook.hpp"

namespace forager {

/// False without a secret, and in the same time wherever the proof is wrong. A hook that wants none takes any.
bool proves(const Hook& hook, const http::ServedRequest& request);

/// Takes out what holds the secret, or the agent's own token, before scripts and the state file see the request.
void hide_proof(const Hook& hook, http::ServedRequest& request);

} // namespace forager
