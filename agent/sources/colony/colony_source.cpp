#include "sources/colony/colony_source.hpp"

#include "base/duration.hpp"
#include "clients/colonies/numbers.hpp"

#include <utility>

namespace forager::colony {

namespace asio = boost::asio;

namespace {

constexpr std::size_t helpers = 2;    // what a server can give at once is more than one asks for at a time
constexpr std::size_t deliverers = 4; // the same of what it can hear

Failure stopped()
{
    return {Errc::cancelled, "agent stopped"};
}

} // namespace

ColonySource::ColonySource(Desk desk)
    : desk_{std::move(desk)},
      enrolment_{desk_},
      arrivals_{desk_, *this},
      recovery_{desk_, arrivals_},
      poll_{desk_, enrolment_, arrivals_, recovery_},
      watch_{desk_},
      log_{desk_},
      delivery_{desk_, log_}
{
}

std::vector<std::pair<std::string, ColonySource::Loop>> ColonySource::loops()
{
    const std::string name = "colony " + desk_.who.offer.type;
    std::vector<std::pair<std::string, Loop>> loops;
    for (std::size_t i = 0; i < deliverers; ++i)
        loops.emplace_back(name + " outbox", [this] { return delivery_.run(); });
    loops.emplace_back(name + " log", [this] { return log_.run(); });
    loops.emplace_back(name + " turns", [this] { return arrivals_.turns().run(); });
    loops.emplace_back(name + " watch", [this] { return watch_.run(); });
    for (std::size_t i = 0; i < helpers; ++i)
        loops.emplace_back(name + " helper", [this] { return poll_.help(); });
    loops.emplace_back(name, [this] { return poll_.run(); });
    return loops;
}

void ColonySource::resume()
{
    desk_.paused = false;
    desk_.changed.set();
}

void ColonySource::stop()
{
    desk_.stopping = true;
    arrivals_.turns().give_up();
}

void ColonySource::line(const std::string& id, std::string_view text)
{
    if (const Held* held = desk_.holdings.find(id); held != nullptr && held->dismissed.empty())
        log_.add(id, text);
}

// Written before it is told. A failure leaves it open: the next agent asks the server whose it is.
asio::awaitable<Result<void>> ColonySource::report(const Invocation& invocation, const Outcome& outcome)
{
    const std::string id = invocation.id;
    const Held* held = desk_.holdings.find(id);
    if (held == nullptr)
        return end_untold(id, outcome, {});
    if (!held->dismissed.empty())
        return end_untold(id, Failure{Errc::cancelled, held->dismissed}, {});
    const bool late = !outcome && invocation.deadline && desk_.now() >= *invocation.deadline;
    if (late)
        return end_untold(id, outcome, "its time was over: the colony takes it back");
    const bool cut_off = desk_.stopping && !outcome && outcome.error().code == Errc::cancelled;
    if (!cut_off)
        return keep(id, outcome);
    if (desk_.services.is_durable(invocation.function))
        return put_off(invocation);
    if (is_given_again(held->lease))
        return end_untold(id, stopped(), "the agent stopped: the colony takes it back when its time is over");
    return keep(id, stopped());
}

asio::awaitable<Result<void>> ColonySource::keep(std::string id, Outcome outcome)
{
    Result<void> kept = co_await desk_.records.finish(id, outcome, desk_.clock.wall());
    if (kept) {
        warn_of_numbers(id, outcome);
        desk_.services.ended(id);
        desk_.holdings.finish(id, std::move(outcome));
        desk_.finished.set();
        desk_.changed.set();
    }
    co_return kept;
}

// Finished work fails for no such thing, but its caller shall not be misled.
void ColonySource::warn_of_numbers(const std::string& id, const Outcome& outcome)
{
    if (!outcome)
        return;
    const auto number = colonies::rounded_number(outcome->size() == 1 ? outcome->front() : Value{*outcome}, "result");
    if (number)
        log_.add(id, *number + ", which the colony's server rounds: as a string it would stay what it is");
}

// What is durable goes on after the next start.
asio::awaitable<Result<void>> ColonySource::put_off(const Invocation& invocation)
{
    desk_.records.note(invocation.id, State::waiting, "the agent was stopped while it ran: it goes on after its start",
                       invocation.tries);
    co_return Result<void>{};
}

// The colony does not want to hear of it. What cannot be written stays open, for the next agent to look at.
asio::awaitable<Result<void>> ColonySource::end_untold(std::string id, Outcome outcome, std::string note)
{
    Result<void> kept = co_await desk_.outbox.drop(id, std::move(outcome), std::move(note), desk_.clock.wall());
    if (kept)
        desk_.services.ended(id);
    desk_.forget(id);
    co_return kept;
}

asio::awaitable<void> ColonySource::drain()
{
    while (desk_.holdings.has_finished())
        co_await delivery_.deliver_or_pause();
    if (desk_.holdings.empty())
        (void)co_await enrolment_.leave();
}

ColonySource::Status ColonySource::status() const
{
    return {desk_.who.offer.type, desk_.who.name,           desk_.enrolled,         desk_.obstacle,
            desk_.offers_nothing, desk_.holdings.running(), desk_.holdings.untold()};
}

} // namespace forager::colony
