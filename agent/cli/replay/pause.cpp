#include "cli/replay/pause.hpp"

#include "base/text.hpp"
#include "cli/output.hpp"
#include "io/formats/json.hpp"
#include "scripting/explaining/excerpt.hpp"
#include "scripting/stopped.hpp"

#include <algorithm>
#include <iostream>

namespace forager::cli {

namespace {

constexpr std::string_view help = "  Enter or n  go on to the next step      l  the names here, and what they hold\n"
                                  "  c           go on to the next break     w  the calls that led here\n"
                                  "  q           leave                       anything else is Lua, with these names\n";

bool fits(const std::string& pattern, const std::string& call)
{
    if (pattern.ends_with(".*"))
        return call.starts_with(pattern.substr(0, pattern.size() - 1));
    return pattern == call;
}

std::string answer_of(const TapedCall& call)
{
    constexpr std::size_t most = 2'000;
    std::string text = call.outcome ? to_json(as_one(*call.outcome)) : "fails: " + call.outcome.error().message;
    if (text.size() > most)
        text = text.substr(0, most) + "…";
    return "     it was answered " + text + "\n";
}

void show_locals(scripting::Task& task)
{
    for (const auto& [name, value] : scripting::locals_of(task))
        if (name != "_")
            write_out_meanwhile(printable("  " + name + " = " + value) + "\n");
}

void show_value(scripting::Task& task, const std::string& text)
{
    const Outcome outcome = scripting::evaluated(task, text);
    if (!outcome)
        write_out_meanwhile(printable(outcome.error().message) + "\n");
    else if (!outcome->empty())
        write_out_meanwhile(for_people(as_one(*outcome)));
}

} // namespace

bool Pause::stops_at(std::size_t number, const TapedCall& call) const
{
    return steps_ || std::ranges::any_of(breaks_, [&](const std::string& wanted) {
               return wanted == std::to_string(number) || fits(wanted, call.asked.call);
           });
}

// Of the text that runs, whatever the file holds by now.
std::string Pause::excerpt_at(const std::string& where) const
{
    Failure place;
    place.where = where;
    for (const StagedScript& script : work_.scripts)
        if (script.text && where.starts_with(script.path + ":"))
            return scripting::excerpt_in(*script.text, 1, place);
    return scripting::excerpt_of(place);
}

void Pause::at(std::size_t number, const TapedCall& call, scripting::Task* task)
{
    if (left_ || !stops_at(number, call))
        return;
    steps_ = false;
    write_out_meanwhile(excerpt_at(call.asked.where) + printable(answer_of(call)));
    if (!std::exchange(told_help_, true))
        write_out_meanwhile(help);
    std::string line;
    do {
        write_out_meanwhile("replay> ");
        if (!std::getline(std::cin, line))
            line = "c";
    } while (!obey(line, task));
}

// Whether it goes on.
bool Pause::obey(const std::string& line, scripting::Task* task)
{
    if (line.empty() || line == "n")
        return steps_ = true;
    if (line == "c")
        return true;
    if (line == "q")
        return left_ = true;
    if (line == "h" || line == "?")
        write_out_meanwhile(help);
    else if (task == nullptr)
        write_out_meanwhile("no line of a script asks for this step\n");
    else if (line == "l")
        show_locals(*task);
    else if (line == "w")
        write_out_meanwhile(printable(scripting::traceback_of(*task)) + "\n");
    else
        show_value(*task, line);
    return false;
}

} // namespace forager::cli
