// How this folder asks the Colonies server in the middle of a transfer: one that is away for a moment is waited for.
// Included by its sources only.
#pragma once

#include "core/failure.hpp"
#include "ports/clock.hpp"
#include "primitives/cfs/files.hpp"
#include "primitives/colony/patience.hpp"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <chrono>

namespace forager::cfs {

/// The answer to what `ask` asks, again and again while the server is away, within the patience of the configuration.
/// `ask` outlives the call.
template <class Ask> auto patiently(Files files, Ask ask) -> decltype(ask())
{
    constexpr Duration longest = std::chrono::seconds{2};
    Clock& clock = files.member().clock();
    const TimePoint deadline = clock.now() + files.config().patience;
    ColonyPatience patience;
    for (Duration pause = std::chrono::milliseconds{100};; pause = std::min(2 * pause, longest)) {
        auto answer = co_await ask();
        if (answer.has_value() || clock.now() + pause > deadline || !patience.bears(answer.error(), clock.now()))
            co_return answer;
        co_await sleep_for(clock, pause);
    }
}

} // namespace forager::cfs
