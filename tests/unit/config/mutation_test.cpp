// Texts that were changed by chance: whatever they are, they are read or refused, and nothing else happens.
#include "config/configuration.hpp"

#include "config/default_file.hpp"
#include "config/file_layer.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace forager;
using namespace forager::config;

namespace {

using Chance = std::mt19937;

std::size_t below(Chance& chance, std::size_t end)
{
    return std::uniform_int_distribution<std::size_t>{0, end - 1}(chance);
}

std::string any_piece(Chance& chance)
{
    const std::vector<std::string> pieces = {
        "#",     "[",  "]",   "[[",         "\"",       "'''",  "\"\"\"",   "=",       "\n",    "{",    "}",  ".",
        "1e999", "-0", "inf", "1979-05-27", "\xCB\x8A", "\xff", "\xF4\x80", "\\u0000", "_file", "true", "\r", ","};
    return pieces[below(chance, pieces.size())];
}

std::string mutated(std::string text, Chance& chance)
{
    for (std::size_t changes = 1 + below(chance, 12); changes > 0; --changes) {
        const std::size_t at = below(chance, text.size());
        switch (below(chance, 5)) {
        case 0: text.insert(at, any_piece(chance)); break;
        case 1: text.erase(at, 1 + below(chance, 20)); break;
        case 2: text[at] = static_cast<char>(below(chance, 256)); break;
        case 3: text.insert(at, text.substr(below(chance, text.size()), below(chance, 60))); break;
        default:
            if (const std::size_t mark = text.find("\n#", at); mark != text.npos)
                text.erase(mark + 1, 1);
        }
    }
    return text;
}

// Names of files that the text could make up are not opened: only the layer that reads the text is tried.
Examination read(const std::string& text)
{
    Reader reader{Settings{}};
    FileLayer{reader, "forager.toml", "/", 0600}.take(text);
    return reader.finish();
}

} // namespace

TEST_CASE("a text that was changed by chance is read, or refused with places in it")
{
    const std::string text = default_file();
    std::size_t refused = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        Chance chance{seed};
        const Examination examination = read(mutated(text, chance));
        INFO("seed " << seed);
        refused += examination.problems.empty() ? 0U : 1U;
        for (const Failure& problem : examination.problems) {
            CHECK(problem.where.starts_with("forager.toml:"));
            CHECK_FALSE(problem.message.empty());
            CHECK(problem.message.find('\n') == problem.message.npos);
        }
    }
    CHECK(refused > 100);
    CHECK(refused < 400);
}
