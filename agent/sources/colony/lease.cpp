#include "sources/colony/lease.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace forager::colony {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t largest_wish = 1LL << 50; // sums of them stay numbers

// What is left after the number, or nothing where there is none.
std::optional<std::pair<std::int64_t, std::string_view>> number_at(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0)
        return {};
    return std::pair{number, text.substr(static_cast<std::size_t>(end - text.data()))};
}

Duration limit_of(const Lease& lease)
{
    return std::chrono::seconds{std::clamp<std::int64_t>(lease.seconds, 1, 1'000'000'000)};
}

} // namespace

Lease lease_of(const colonies::Process& process, std::string executor)
{
    Lease lease;
    lease.executor = std::move(executor);
    lease.graph = process.process_graph;
    lease.retries = process.retries;
    lease.most_retries = process.spec.max_retries;
    lease.seconds = process.spec.max_exec_time;
    lease.cpu = std::min(millicores(process.spec.conditions.cpu), largest_wish);
    lease.memory = std::min(bytes(process.spec.conditions.memory), largest_wish);
    return lease;
}

Object to_object(const Lease& lease)
{
    return {{"executor", lease.executor}, {"graph", lease.graph},     {"retries", lease.retries},
            {"most", lease.most_retries}, {"seconds", lease.seconds}, {"begun", lease.begun},
            {"cpu", lease.cpu},           {"memory", lease.memory}};
}

Lease lease_in(const Object& object)
{
    Lease lease;
    lease.executor = part<std::string>(object, "executor");
    lease.graph = part<std::string>(object, "graph");
    lease.retries = part<std::int64_t>(object, "retries");
    lease.most_retries = part<std::int64_t>(object, "most");
    lease.seconds = part<std::int64_t>(object, "seconds");
    lease.begun = part<std::int64_t>(object, "begun");
    lease.cpu = part<std::int64_t>(object, "cpu");
    lease.memory = part<std::int64_t>(object, "memory");
    return lease;
}

bool is_given_again(const Lease& lease)
{
    return lease.seconds >= 0 && (lease.most_retries < 0 || lease.retries < lease.most_retries);
}

std::optional<TimePoint> fence_of(const Lease& lease, TimePoint begun)
{
    if (lease.seconds < 0)
        return {};
    return begun + limit_of(lease);
}

// Children get 0.3 s to end by themselves, and on a busy machine it takes longer to find all of them.
std::optional<TimePoint> end_of(const Lease& lease, TimePoint begun)
{
    const auto fence = fence_of(lease, begun);
    if (!fence)
        return {};
    return *fence - std::clamp<Duration>(limit_of(lease) / 4, 400ms, 1500ms);
}

std::int64_t millicores(std::string_view text)
{
    const auto read = number_at(text);
    return read && read->second == "m" ? read->first : 0;
}

std::int64_t bytes(std::string_view text)
{
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 11> units{{{"Ki", 1LL << 10},
                                                                               {"KiB", 1LL << 10},
                                                                               {"Mi", 1LL << 20},
                                                                               {"MiB", 1LL << 20},
                                                                               {"Gi", 1LL << 30},
                                                                               {"GiB", 1LL << 30},
                                                                               {"Ti", 1LL << 40},
                                                                               {"TiB", 1LL << 40},
                                                                               {"K", 1'000},
                                                                               {"M", 1'000'000},
                                                                               {"G", 1'000'000'000}}};
    const auto read = number_at(text);
    if (!read)
        return 0;
    const auto* unit = std::ranges::find(units, read->second, [](const auto& known) { return known.first; });
    if (unit == units.end() || read->first > INT64_MAX / unit->second)
        return 0;
    return read->first * unit->second;
}

} // namespace forager::colony
