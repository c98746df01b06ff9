// What callers say of a container, as data, and what it means to the engine. The same words for scripts, functions and
// messages. Pure. All failures are bad_arguments and name the option.
#pragma once

#include "clients/docker/container_spec.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace forager::docker_work {

/// Names of the options that describe a container.
std::span<const std::string_view> container_options();

/// The container. `image` is brought to its one form, unless it is an image's id.
Result<docker::ContainerSpec> container_of(const Object& options);

/// A command: a list of words, or a line of them with quotes, which no shell reads.
Result<std::optional<docker::Words>> command_option(const Object& options, std::string_view name);

/// A list of words; numbers are words, too.
Result<docker::Words> words_option(const Object& options, std::string_view name);

/// Name → text or number, or a list of "NAME=value".
Result<docker::Pairs> pairs_option(const Object& options, std::string_view name);

/// Bytes: a whole number, or text as "64MB".
Result<std::optional<std::uint64_t>> size_option(const Object& options, std::string_view name);

/// Refuses what is neither among the options nor among `more`, with a suggestion. `what` names the call.
Result<void> only_options(std::string_view what, const Object& options, std::span<const std::string_view> some,
                          std::span<const std::string_view> more);

} // namespace forager::docker_work
