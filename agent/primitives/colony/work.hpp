// Work that a member of a colony has done there: the port that calls go through. Facts: Colonies v1.9.12.
#pragma once

#include "ports/colony.hpp"
#include "primitives/colony/member.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace forager {

class MemberColony final : public Colony {
public:
    /// `member` must outlive it.
    explicit MemberColony(ColonyMember& member) : member_{member} {}

    boost::asio::awaitable<Result<std::string>> submit(ColonyWork work) override;

    /// The server has no list of all states, so it is six lists: a process that moves on meanwhile is in a later one,
    /// and one that goes back to waiting in the last.
    boost::asio::awaitable<Result<std::optional<std::string>>> find(std::string label) override;

    boost::asio::awaitable<Outcome> wait(std::string process) override;
    boost::asio::awaitable<Result<void>> cancel(std::string process) override;

private:
    ColonyMember& member_;
};

} // namespace forager
