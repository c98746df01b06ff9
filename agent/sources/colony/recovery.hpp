// What the server has lent to this executor without the agent knowing of it: what ran when the agent died, and what an
// answer that was lost on its way has lent. Part of the colony source.
#pragma once

#include "sources/colony/arrivals.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace forager::colony {

class Recovery {
public:
    enum class Rest { none, waits };

    Recovery(Desk& desk, Arrivals& arrivals) : desk_{desk}, arrivals_{arrivals} {}

    /// What an agent before this one held and did not tell.
    boost::asio::awaitable<Result<void>> open();

    /// Finds it, and begins it. Where the agent takes no work at this time, something may be left.
    boost::asio::awaitable<Result<Rest>> run();

private:
    boost::asio::awaitable<Result<Rest>> go_on_with(LentWork work);
    boost::asio::awaitable<void> end_lost(std::string id);
    boost::asio::awaitable<Result<Rest>> begin_unheard();
    boost::asio::awaitable<Result<Rest>> begin_listed();
    boost::asio::awaitable<Result<Rest>> begin_unheard(colonies::ProcessHead head);
    boost::asio::awaitable<Result<std::vector<colonies::ProcessHead>>> list();
    TimePoint begin_of(const colonies::Process& process) const;

    Desk& desk_;
    Arrivals& arrivals_;
    std::vector<LentWork> left_; // of an agent before, not yet looked at
};

} // namespace forager::colony
