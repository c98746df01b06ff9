#include "config/default_file.hpp"

#include "base/text.hpp"
#include "config/table.hpp"
#include "config/values.hpp"

namespace forager::config {

namespace {

constexpr std::size_t line_length = 110;

// The text in lines that each begin with `before`.
std::string wrapped(std::string_view text, const std::string& before)
{
    std::string lines = before;
    std::size_t length = before.size();
    for (const std::string_view word : split(text, ' ')) {
        if (length + 1 + word.size() > line_length) {
            lines += "\n" + before;
            length = before.size();
        }
        lines += " " + std::string{word};
        length += 1 + word.size();
    }
    return lines + "\n";
}

// Which values it may have, where that is not plain.
std::string values_text(const Key& key)
{
    const bool plain = key.kind == Kind::path || key.kind == Kind::url || key.kind == Kind::flag ||
                       key.kind == Kind::texts || key.kind == Kind::paths || key.wanted == "text";
    if (plain)
        return {};
    std::string sentence = key.wanted;
    if (sentence.front() >= 'a' && sentence.front() <= 'z')
        sentence.front() = static_cast<char>(sentence.front() - 'a' + 'A');
    return " " + sentence + ".";
}

std::string variables_text(const Key& key)
{
    std::string text;
    for (const std::string& name : key.environment)
        text += (text.empty() ? " Also read from " : ", ") + name;
    return text.empty() ? "" : text + ".";
}

std::string key_text(const Section& section, const Key& key, const Settings& settings)
{
    std::string text = wrapped(meaning_of(key), "#");
    text += "#" + as_line(key.name, key.show(settings, 0)) + "\n";
    if (key.kind == Kind::secret)
        text += "#" + as_line(key.name + "_file", Value{""}) + "\n";
    return text + (&key == &section.keys.back() ? "" : "\n");
}

std::string section_text(const Section& section, const Settings& settings)
{
    // A repeated section that is not commented out would be one.
    const std::string header = section.repeated() ? "#[[" + section.name + "]]" : "[" + section.name + "]";
    std::string text = "\n" + wrapped(section.doc, "#") + header + "\n";
    for (const Key& key : section.keys)
        text += key_text(section, key, settings);
    return text;
}

} // namespace

std::string meaning_of(const Key& key)
{
    return key.doc + values_text(key) + variables_text(key);
}

Settings one_of_each()
{
    Settings settings;
    for (const Section& section : sections())
        if (section.repeated())
            section.add(settings);
    return settings;
}

std::string default_file()
{
    std::string text =
        wrapped("The configuration of forager, with every key at its default. `forager config explain` "
                "shows what is in effect and where it comes from; `forager config check` finds mistakes.",
                "#");
    text += "#\n";
    text +=
        wrapped("Later files win: this one, then conf.d/*.toml beside it, then FORAGER_SECTION_KEY in the "
                "environment, then flags. A secret may stand in a file of its own (KEY_file) that only the agent "
                "can read, or be a credential of systemd (SECTION.KEY). Durations are \"250ms\", \"1h30m\", \"2d\" or "
                "seconds; sizes \"64KB\", \"1.5GB\" or bytes; relative paths start at this file's folder.",
                "#");
    const Settings settings = one_of_each();
    for (const Section& section : sections())
        text += section_text(section, settings);
    return text;
}

} // namespace forager::config
