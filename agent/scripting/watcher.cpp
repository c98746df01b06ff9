#include "scripting/watcher.hpp"

#include <algorithm>

namespace forager::scripting {

namespace {

bool is_same(const Watcher& one, const Watcher& other)
{
    return one.function == other.function || (one.hook && other.hook && one.hook->same_requests(*other.hook));
}

} // namespace

Result<void> check_is_only_one(const Watcher& watcher, const std::vector<Watcher>& others)
{
    const auto other = std::ranges::find_if(others, [&](const Watcher& given) { return is_same(watcher, given); });
    if (other == others.end())
        return {};
    const std::string named = other->event == watcher.event ? "" : ", as '" + other->event + "'";
    Failure failure{Errc::bad_arguments,
                    "on: '" + watcher.event + "' is handled at " + other->where + " already" + named};
    failure.where = watcher.where;
    failure.declaration = true;
    return failure;
}

} // namespace forager::scripting
