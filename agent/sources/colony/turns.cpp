#include "sources/colony/turns.hpp"

#include "ports/within.hpp"

#include <chrono>
#include <utility>

namespace forager::colony {

namespace asio = boost::asio;

namespace {

constexpr Duration between_looks = std::chrono::milliseconds{200}; // for what the colony has taken back

} // namespace

Turns::Turns(Desk& desk, Reporter& reporter) : desk_{desk}, reporter_{reporter}, changed_{desk.strand}
{
    desk_.shares.listen(*this);
}

void Turns::submit(Permit permit, Invocation invocation, int priority)
{
    Waiting one{std::move(permit), std::move(invocation), priority};
    if (desk_.stopping || has_turn(one.invocation))
        return begin(std::move(one));
    desk_.services.info("process " + one.invocation.id +
                        " waits for cores or memory that other work of this agent has taken");
    waiting_.push_back(std::move(one));
    changed_.set();
}

asio::awaitable<void> Turns::run()
{
    for (;;) {
        begin_those_in_turn();
        changed_.clear();
        if (waiting_.empty())
            co_await changed_.wait();
        else
            (void)co_await within(desk_.clock, desk_.now() + between_looks, changed_.wait());
    }
}

bool Turns::has_turn(const Invocation& invocation) const
{
    const Held* held = desk_.holdings.find(invocation.id);
    return held == nullptr || desk_.shares.has_turn(held->share, desk_.machine());
}

bool Turns::is_over(const Invocation& invocation) const
{
    const Held* held = desk_.holdings.find(invocation.id);
    return held == nullptr || !held->dismissed.empty() || (invocation.deadline && desk_.now() >= *invocation.deadline);
}

void Turns::begin_those_in_turn()
{
    std::list<Waiting> all = std::exchange(waiting_, {});
    for (Waiting& one : all)
        if (is_over(one.invocation))
            end(std::move(one));
        else if (has_turn(one.invocation))
            begin(std::move(one));
        else
            waiting_.push_back(std::move(one));
}

void Turns::begin(Waiting one)
{
    desk_.intake.submit(std::move(one.permit), std::move(one.invocation), reporter_, one.priority);
}

// Its outcome takes the same way as others': what is cancelled at once does not begin.
void Turns::end(Waiting one)
{
    const std::string id = one.invocation.id;
    begin(std::move(one));
    (void)desk_.services.cancel(id);
}

void Turns::give_up()
{
    for (Waiting& one : std::exchange(waiting_, {}))
        end(std::move(one));
}

} // namespace forager::colony
