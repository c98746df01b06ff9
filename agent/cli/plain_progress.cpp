#include "cli/plain_progress.hpp"

#include "base/text.hpp"
#include "cli/output.hpp"

#include <string>

namespace forager::cli {

namespace {

std::string name_for_people(const Invocation& invocation)
{
    return invocation.label.empty() ? invocation.function : invocation.label;
}

} // namespace

void PlainProgress::state(const Invocation& invocation, State state, std::string_view note)
{
    const bool worth_it = !invocation.label.empty() && state != State::waiting;
    if (quiet_ || !(worth_it || verbose_))
        return;
    std::string text = name_for_people(invocation) + ": " + std::string{name_of(state)};
    if (!note.empty())
        text += " (" + std::string{note} + ")";
    write_err(text + "\n");
}

void PlainProgress::line(const Invocation& invocation, std::string_view text)
{
    const std::string name = invocation.label;
    const std::string line = (name.empty() ? std::string{} : name + ": ") + std::string{text};
    write_err((terminal_ ? printable(line) : line) + "\n");
}

} // namespace forager::cli
