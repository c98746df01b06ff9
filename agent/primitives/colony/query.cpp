#include "primitives/colony/query.hpp"

#include "core/options.hpp"
#include "primitives/colony/tables.hpp"

#include <string>

namespace forager {

using colonies::ProcessState;

Result<std::int64_t> count_in(const Object& query, std::int64_t most)
{
    const auto count = whole_option(query, "count");
    if (!count)
        return count.error();
    if (*count && (**count < 1 || **count > most))
        return Failure{Errc::bad_arguments, "'count' must be from 1 to " + std::to_string(most)};
    return count->value_or(most);
}

Result<std::vector<ProcessState>> states_in(const Object& query)
{
    const auto word = text_option(query, "state");
    if (!word)
        return word.error();
    if (!*word)
        return std::vector{ProcessState::waiting, ProcessState::running};
    const auto state = state_of_word(**word);
    if (!state)
        return state.error();
    return std::vector{*state};
}

} // namespace forager
