// Pure.
#pragma once

#include "core/failure.hpp"

#include <utility>

namespace forager::http {

/// Of a peer whose place is known, a failure of `Client::send` to reach it: who is not there is unreachable, however
/// that shows. Only where TLS is not to be had (a certificate that nobody trusts, none at all) it stays a refusal.
inline Failure as_absence(Failure failure)
{
    if (failure.code == Errc::not_found || (failure.code == Errc::refused && failure.retry))
        failure.code = Errc::unreachable;
    return failure;
}

} // namespace forager::http
