// Whoever wants to watch invocations: the progress display, the log, tests.
#pragma once

#include "core/invocation.hpp"

#include <optional>
#include <string_view>

namespace forager {

enum class State { waiting, running, sleeping, succeeded, failed, cancelled };

std::string_view name_of(State state);
std::optional<State> state_named(std::string_view name);

class Observer {
public:
    virtual ~Observer() = default;

    /// `note` says why in a few words: the failure's sentence, "again in 2.0 s". `sleeping` is the pause before a
    /// retry.
    virtual void state(const Invocation& invocation, State state, std::string_view note) = 0;

    /// One line of output of a function or of a command that it runs, without newline.
    virtual void line(const Invocation& invocation, std::string_view text) = 0;
};

} // namespace forager
