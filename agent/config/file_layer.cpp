#include "config/file_layer.hpp"

#include "base/text.hpp"
#include "config/unknown.hpp"
#include "config/values.hpp"
#include "io/formats/paths.hpp"

#include <algorithm>

namespace forager::config {

namespace {

constexpr unsigned for_the_world = 0007;

bool is_empty(const Value& value)
{
    return value == Value{""};
}

bool gives(const Object& keys, std::string_view name)
{
    const Value* value = keys.find(name);
    return value != nullptr && !is_empty(*value);
}

std::string_view line_of(std::string_view text, std::size_t number)
{
    const std::vector<std::string_view> lines = split(text, '\n');
    return number == 0 || number > lines.size() ? std::string_view{} : lines[number - 1];
}

bool may_hold_a_secret(std::string_view line)
{
    const auto is_named = [&](const Key& key) {
        return (key.kind == Kind::secret || key.kind == Kind::url) && line.find(key.name) != line.npos;
    };
    return std::ranges::any_of(sections(),
                               [&](const Section& section) { return std::ranges::any_of(section.keys, is_named); });
}

} // namespace

FileLayer::FileLayer(Reader& reader, std::string path, std::string folder, unsigned mode)
    : reader_{reader}, path_{std::move(path)}, folder_{std::move(folder)}, mode_{mode}
{
}

void FileLayer::take(std::string_view text)
{
    auto document = read_toml(text);
    if (!document)
        return refuse(text, document.error());
    document_ = std::move(*document);
    for (const auto& [name, value] : *document_.value.get<Object>())
        take_section(name, value);
}

Spot FileLayer::spot(Place place) const
{
    const std::string line = path_ + ":" + std::to_string(place.line);
    return {line + ":" + std::to_string(place.column), line};
}

Spot FileLayer::spot_of(const std::string& path) const
{
    return spot(document_.place_of(path).value_or(Place{1, 1}));
}

void FileLayer::refuse(std::string_view text, const TomlMistake& mistake)
{
    // The sentence may repeat what it cannot read, and that may be a password without its quotes.
    const bool silent = may_hold_a_secret(line_of(text, mistake.place.line));
    reader_.complain(spot(mistake.place).place,
                     "this is not TOML: " + (silent ? "this line cannot be read." : mistake.why));
}

void FileLayer::take_section(const std::string& name, const Value& value)
{
    const std::string step = name_step(name);
    const std::string path = step.starts_with('.') ? name : step;
    const bool is_within_another = name.find('.') != std::string::npos;
    const Section* section = is_within_another ? nullptr : find_section(name);
    if (section == nullptr)
        return reader_.complain(spot_of(path).place, no_section(name));
    take_content(*section, value, path);
}

void FileLayer::take_content(const Section& section, const Value& value, const std::string& path)
{
    if (const auto* rows = value.get<Array>(); rows != nullptr && section.repeated())
        take_rows(section, *rows, path);
    else if (const auto* keys = value.get<Object>(); keys != nullptr && !section.repeated())
        take_keys(section, 0, *keys, path);
    else
        reader_.complain(spot_of(path).place, "'" + section.name + "' is a section: write " + in_brackets(section));
}

void FileLayer::take_rows(const Section& section, const Array& rows, const std::string& list)
{
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string path = list + index_step(i);
        const auto* keys = rows[i].get<Object>();
        if (keys == nullptr)
            reader_.complain(spot_of(path).place, "'" + path + "' is a section: write " + in_brackets(section));
        else
            take_keys(section, reader_.add_row(section, spot_of(path)), *keys, path);
    }
}

void FileLayer::take_keys(const Section& section, std::size_t row, const Object& keys, const std::string& path)
{
    for (const Member& member : keys) {
        const std::string place = path + name_step(member.name);
        if (const Section* within = find_section(section.name + "." + member.name))
            take_content(*within, member.value, place);
        else
            take_named(section, row, keys, member, spot_of(place));
    }
}

void FileLayer::take_named(const Section& section, std::size_t row, const Object& keys, const Member& member,
                           const Spot& spot)
{
    const auto [key, in_file] = named(section, member.name);
    if (key == nullptr)
        reader_.complain(spot.place, no_key(section, member.name));
    else if (!in_file)
        take_value({section, row, *key}, member.value, spot);
    else if (is_empty(member.value)) // as in the default file: there is none
        return;
    else if (gives(keys, key->name))
        reader_.complain(spot.place, "'" + member.name + "' stands beside '" + key->name + "': give one of them");
    else
        take_secret_file({section, row, *key}, member, spot);
}

void FileLayer::take_secret_file(const Target& target, const Member& member, const Spot& spot)
{
    const auto* file = member.value.get<std::string>();
    if (file == nullptr)
        return reader_.complain(spot.place, target.section.name + "." + member.name + " must be a path, not " +
                                                shown_wrong(Kind::path, member.value));
    const Value absolute = below(folder_, Kind::path, *file);
    reader_.set_from_file(target, *absolute.get<std::string>(), true, spot);
}

void FileLayer::take_value(const Target& target, const Value& value, const Spot& spot)
{
    const bool is_set = reader_.set(target, below(folder_, target.key.kind, value), spot);
    if (is_set && !is_empty(value) && target.key.kind == Kind::secret && (mode_ & for_the_world) != 0)
        reader_.warn(spot.place + ": everybody can read " + target.path() + " here: put it into a file of its own");
}

} // namespace forager::config
