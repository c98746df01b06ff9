#include "clients/mqtt/filter.hpp"

#include "base/text.hpp"

#include <cstddef>
#include <string>

namespace forager::mqtt {

namespace {

constexpr std::size_t longest_text = 65'535;

} // namespace

bool matches(std::string_view filter, std::string_view topic)
{
    if (topic.starts_with('$') != filter.starts_with('$')) // the broker's own are asked for by name
        return false;
    while (!filter.empty()) {
        const std::string_view wanted = filter.substr(0, filter.find('/'));
        if (wanted == "#")
            return true;
        const std::string_view level = topic.substr(0, topic.find('/'));
        if (wanted != "+" && wanted != level)
            return false;
        const bool ends = topic.size() == level.size();
        filter.remove_prefix(wanted.size());
        if (ends)
            return filter.empty() || filter == "/#"; // the level above is meant, too
        if (filter.empty())
            return false;
        filter.remove_prefix(1);
        topic.remove_prefix(level.size() + 1);
        if (filter.empty()) // it ends with an empty level
            return topic.empty();
    }
    return false;
}

Result<void> check_topic(std::string_view topic)
{
    if (topic.empty() || topic.size() > longest_text)
        return Failure{Errc::bad_arguments, "a topic of MQTT has 1 to 65535 bytes"};
    if (topic.find_first_of(std::string_view{"+#\0", 3}) != std::string_view::npos)
        return Failure{Errc::bad_arguments, "'" + printable(topic) + "' is no topic: + and # are for filters"};
    return {};
}

Result<void> check_filter(std::string_view filter)
{
    if (filter.empty() || filter.size() > longest_text)
        return Failure{Errc::bad_arguments, "a filter of MQTT has 1 to 65535 bytes"};
    for (const std::string_view level : split(filter, '/')) {
        const bool is_last = level.data() + level.size() == filter.data() + filter.size();
        const bool has_sign = level.find_first_of("+#") != std::string_view::npos;
        if (has_sign && (level.size() > 1 || (level == "#" && !is_last)))
            return Failure{Errc::bad_arguments,
                           "'" + printable(filter) +
                               "' is no filter: + stands for a whole level, # for all that are left"};
    }
    return {};
}

} // namespace forager::mqtt
