// What a person sees while the work goes on.
#pragma once

#include "cli/command.hpp"
#include "ports/observer.hpp"

#include <memory>

namespace forager::cli {

class Progress : public Observer {
public:
    /// Some time has passed: called several times a second while the work goes on.
    virtual void tick() {}

    /// How far something has come, in a few words, as often as one likes; said only where it can be redrawn.
    virtual void how_far(const Invocation&, std::string_view) {}

    /// The work has ended: what was drawn on the terminal gets its last look.
    virtual void finish() {}
};

/// A live display on a terminal, plain lines elsewhere.
std::unique_ptr<Progress> make_progress(const Common& common);

} // namespace forager::cli
