#include "clients/colonies/text.hpp"

#include "io/formats/numbers.hpp"

#include <algorithm>

namespace forager::colonies {

std::string as_utf8(std::string_view bytes)
{
    std::string text;
    for (;;) {
        const std::size_t good = utf8_prefix(bytes);
        text += bytes.substr(0, good);
        if (good == bytes.size())
            return text;
        text += "\xEF\xBF\xBD";
        bytes.remove_prefix(good + 1);
    }
}

std::string storable(std::string_view bytes)
{
    std::string text = as_utf8(bytes);
    std::erase(text, '\0');
    return text;
}

} // namespace forager::colonies
