#include "app/agent/status_line.hpp"

#include "app/agent/loop_list.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace forager {

namespace {

constexpr std::size_t longest_reason = 120;

// The rest stands in `forager status`.
std::string shortened(std::string text)
{
    std::ranges::replace(text, '\n', ' ');
    if (text.size() <= longest_reason)
        return printable(text);
    std::size_t end = longest_reason;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80)
        --end; // within a character
    return printable(text.substr(0, end)) + "…";
}

std::string name_in(const std::string& path)
{
    return path.substr(path.rfind('/') + 1);
}

std::vector<std::string> troubles(const StatusView& view)
{
    std::vector<std::string> found;
    if (!view.store_trouble.empty())
        found.push_back("the state file: " + view.store_trouble);
    for (const LoopStatus& loop : by_name(view.loops))
        if (loop.state == LoopState::sleeping)
            found.push_back("the loop " + loop.name + " failed: " + loop.last_error);
    for (const ScriptSet::Status& script : view.scripts)
        if (script.problem)
            found.push_back(name_in(script.path) + " does not load: " + script.problem->message);
    return found;
}

} // namespace

std::string status_line(const StatusView& view)
{
    std::string line = view.stopping ? "stopping, " : view.paused ? "drained: begins nothing, " : "";
    line += std::to_string(view.running) + " running, " + std::to_string(view.waiting) + " waiting";
    const std::vector<std::string> wrong = troubles(view);
    if (wrong.empty())
        return line;
    line += "; " + shortened(wrong.front());
    return wrong.size() == 1 ? line : line + " (and " + std::to_string(wrong.size() - 1) + " more)";
}

} // namespace forager
