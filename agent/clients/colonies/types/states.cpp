#include "clients/colonies/types/states.hpp"

#include <array>
#include <cstddef>

namespace forager::colonies {

namespace {

constexpr std::array<std::string_view, 5> process_words = {"waiting", "running", "successful", "failed", "cancelled"};
constexpr std::array<std::string_view, 4> executor_words = {"pending", "approved", "rejected", "unregistered"};

} // namespace

std::string_view word(ProcessState state)
{
    return process_words.at(static_cast<std::size_t>(state));
}

std::string_view word(ExecutorState state)
{
    return executor_words.at(static_cast<std::size_t>(state));
}

std::optional<ProcessState> process_state_named(std::string_view word)
{
    for (std::size_t i = 0; i < process_words.size(); ++i)
        if (process_words[i] == word)
            return static_cast<ProcessState>(i);
    return std::nullopt;
}

} // namespace forager::colonies
