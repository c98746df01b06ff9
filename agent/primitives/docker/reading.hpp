// Reads options one after another and keeps what is wrong with the first wrong one: for tables of many. Only for the
// sources of primitives/docker.
#pragma once

#include "core/failure.hpp"
#include "core/options.hpp"
#include "core/value.hpp"
#include "primitives/docker/options.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace forager::docker_work {

class Reading {
public:
    /// The options must outlive it.
    explicit Reading(const Object& options) : options_{options} {}

    /// `read` gives a result out of the options.
    template <class T, class Read> void into(T& target, Read read)
    {
        if (failure_)
            return;
        auto value = read(options_);
        if (value.has_error())
            failure_ = value.error();
        else
            target = std::move(*value);
    }

    void text(std::string& target, std::string_view name)
    {
        std::optional<std::string> text;
        into(text, [&](const Object& options) { return text_option(options, name); });
        target = std::move(text).value_or("");
    }

    void flag(bool& target, std::string_view name)
    {
        into(target, [&](const Object& options) { return flag_option(options, name, target); });
    }

    template <class T> void size(std::optional<T>& target, std::string_view name)
    {
        std::optional<std::uint64_t> size;
        into(size, [&](const Object& options) { return size_option(options, name); });
        if (size)
            target = static_cast<T>(*size);
    }

    void count(std::optional<std::int64_t>& target, std::string_view name)
    {
        into(target, [&](const Object& options) { return whole_option(options, name); });
    }

    void duration(std::optional<Duration>& target, std::string_view name)
    {
        into(target, [&](const Object& options) { return duration_option(options, name); });
    }

    const std::optional<Failure>& failure() const { return failure_; }

private:
    const Object& options_;
    std::optional<Failure> failure_;
};

/// What has a name and labels: an option of each, which may be missing.
struct Named {
    std::string name;
    docker::Pairs labels;
};

inline Result<Named> named_of(const Object& options)
{
    Named named;
    Reading reading{options};
    reading.text(named.name, "name");
    reading.into(named.labels, [](const Object& given) { return pairs_option(given, "labels"); });
    if (reading.failure())
        return *reading.failure();
    return named;
}

} // namespace forager::docker_work
