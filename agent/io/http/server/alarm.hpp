// A point in time that wakes whoever waits for an event. Used by the server, on the strand.
#pragma once

#include "io/event.hpp"
#include "ports/clock.hpp"

namespace forager::http {

class Alarm final : public Timer {
public:
    Alarm(Clock& clock, TimePoint when, Event& event) : clock_{clock}, event_{event} { clock_.arm(*this, when); }
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;
    ~Alarm() { clock_.disarm(*this); }

    void fire() override
    {
        fired_ = true;
        event_.set();
    }

    bool fired() const { return fired_; }

private:
    Clock& clock_;
    Event& event_;
    bool fired_ = false;
};

} // namespace forager::http
