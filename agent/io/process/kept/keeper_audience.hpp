// Who listens to a keeper: one at a time, the one who came last. Part of the keeper; nothing here waits.
#pragma once

#include "io/system_failure.hpp"

#include <string>
#include <string_view>

namespace forager {

class KeeperAudience {
public:
    KeeperAudience() = default;

    /// Somebody who is there from the beginning.
    void seat(Descriptor first) { client_ = std::move(first); }

    /// Where others come.
    void open(Descriptor listener) { listener_ = std::move(listener); }

    /// Lets one in who waits at the door, in the place of who was there. He hears `story` first.
    void let_in(std::string story);

    /// Nobody hears it where nobody is.
    void tell(std::string_view words);

    /// Hands over what can be taken now; `gone`: who listened is not there any more. True when all was taken.
    bool speak(bool gone);

    /// Whether there is something that was told and not taken yet.
    bool is_behind() const { return !backlog_.empty(); }

    /// Whether somebody listens, or can still come.
    bool is_possible() const { return listener_ || client_; }

    /// What to poll: the one for callers, the other for a listener who takes more. -1: none.
    int door() const { return listener_.number(); }
    int client() const { return client_.number(); }

private:
    Descriptor listener_;
    Descriptor client_;
    std::string backlog_;
};

} // namespace forager
