// The promise that an invocation which was accepted has exactly one outcome, and that whoever asked hears it. Made by
// the scheduler for each submission, used on the strand.
#pragma once

#include "core/invocation.hpp"
#include "core/outcome.hpp"
#include "ports/intake.hpp"
#include "ports/observer.hpp"
#include "runtime/task_group.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace forager {

class Ticket {
public:
    /// `reports` runs what is reported when nobody waits for it. All but `invocation` must outlive the ticket.
    Ticket(Invocation invocation, Reporter& reporter, Observer& observer, TaskGroup& reports);
    Ticket(Ticket&&) noexcept = default;
    Ticket& operator=(Ticket&&) = delete;

    /// Reports that the invocation was abandoned, or cancelled before it began, if nobody reported anything.
    ~Ticket();

    const Invocation& invocation() const { return *invocation_; }

    /// Says that the invocation runs from now on.
    void begin() { begun_ = true; }

    /// Waits until the reporter has heard it. Only the first outcome counts.
    boost::asio::awaitable<void> report(Outcome outcome);

    /// Reports without waiting.
    void report_later(Outcome outcome);

private:
    std::shared_ptr<const Invocation> invocation_; // null: reported already, or moved from
    Reporter* reporter_;
    Observer* observer_;
    TaskGroup* reports_;
    bool begun_ = false;
};

} // namespace forager
