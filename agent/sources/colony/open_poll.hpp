// What a call for work says of the machine, and the end of a call that says it no more: the server matches by what the
// call said when it came, for as long as it waits. Part of the colony source.
#pragma once

#include "clients/colonies/types/process.hpp"
#include "core/failure.hpp"
#include "sources/colony/desk.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace forager::colony {

/// As the server reads it; empty: as much as anybody asks for.
struct Rest {
    std::string cpu;
    std::string memory;
    bool operator==(const Rest&) const = default;
};

/// What is left of the machine beside all that the agent's executors hold.
Rest rest_of(const Desk& desk);

/// Nothing, of what is known to be bounded: for calls that want work that asks for none.
Rest no_rest_of(const Desk& desk);

/// The call's answer; nothing when it was ended because something else than `rest` is left by now.
boost::asio::awaitable<std::optional<Result<colonies::Process>>>
while_true(Desk& desk, Rest rest, boost::asio::awaitable<Result<colonies::Process>> call);

} // namespace forager::colony
