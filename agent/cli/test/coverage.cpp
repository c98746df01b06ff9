// How the lines that tests run look: for people, and for tools.
#include "base/text.hpp"
#include "cli/test/reports.hpp"

#include <algorithm>
#include <iterator>

namespace forager::cli {

namespace {

using Lines = std::map<int, std::uint64_t>;

std::size_t ran(const Lines& lines)
{
    return static_cast<std::size_t>(std::ranges::count_if(lines, [](const auto& line) { return line.second > 0; }));
}

// "12, 15-17": lines without code in between break no range.
std::string missing(const Lines& lines)
{
    std::string text;
    for (auto at = lines.begin(); at != lines.end();) {
        if (at->second > 0) {
            ++at;
            continue;
        }
        const int first = at->first;
        int last = first;
        for (; at != lines.end() && at->second == 0; ++at)
            last = at->first;
        text += (text.empty() ? "" : ", ") + std::to_string(first);
        if (last != first)
            text += "-" + std::to_string(last);
    }
    return text;
}

} // namespace

std::string coverage_text(const LineCounts& counts)
{
    std::string text;
    for (const auto& [path, lines] : counts) {
        const std::size_t percent = lines.empty() ? 100 : ran(lines) * 100 / lines.size();
        std::string share = std::to_string(percent) + "%";
        share.insert(0, share.size() < 4 ? 4 - share.size() : 0, ' ');
        const std::string without = missing(lines);
        text += share + "  " + printable(path) + (without.empty() ? "" : "  without lines " + without) + "\n";
    }
    return text;
}

std::string lcov_of(const LineCounts& counts)
{
    std::string text;
    for (const auto& [path, lines] : counts) {
        text += "TN:\nSF:" + path + "\n";
        for (const auto& [line, count] : lines)
            text += "DA:" + std::to_string(line) + "," + std::to_string(count) + "\n";
        text += "LF:" + std::to_string(lines.size()) + "\nLH:" + std::to_string(ran(lines)) + "\nend_of_record\n";
    }
    return text;
}

} // namespace forager::cli
