// The layer of the files: which there are, and what is wrong with what they say.
#include "base/text.hpp"
#include "config/layers.hpp"
#include "config/text_file.hpp"
#include "config/values.hpp"
#include "io/formats/paths.hpp"
#include "io/formats/toml.hpp"

#include <algorithm>
#include <filesystem>

namespace forager::config {

namespace {

constexpr std::size_t longest_file = std::size_t{1024} * 1024;
constexpr unsigned for_the_world = 0007;

std::string folder_of(const std::string& path)
{
    const std::string folder = std::filesystem::path{path}.parent_path().string();
    return folder.empty() ? "." : folder;
}

std::string in_brackets(const Section& section)
{
    return section.repeated() ? "[[" + section.name + "]]" : "[" + section.name + "]";
}

std::vector<std::string> section_names()
{
    std::vector<std::string> names;
    for (const Section& section : sections())
        names.push_back(section.name);
    return names;
}

// ", which is a key of [a] and [b]", or nothing.
std::string homes_of(std::string_view key)
{
    std::vector<std::string> homes;
    for (const Section& section : sections())
        if (named(section, key).key != nullptr)
            homes.push_back(in_brackets(section));
    return homes.empty() ? "" : "; it is a key of " + listed(homes);
}

std::string no_section(const std::string& name)
{
    std::string message = "there is no section '" + tail(name, 80) + "'";
    if (const std::string homes = homes_of(name); !homes.empty())
        return message + homes;
    const auto near = nearest(name, section_names());
    return message + (near ? "; did you mean " + in_brackets(*find_section(*near)) + "?"
                           : "; there are " + listed(section_names()));
}

std::string no_key(const Section& section, const std::string& name)
{
    std::string message = "there is no key '" + tail(name, 80) + "' in " + in_brackets(section);
    const std::vector<std::string> known = names_of(section);
    if (const auto near = nearest(name, known))
        return message + "; did you mean '" + *near + "'?";
    if (const std::string homes = homes_of(name); !homes.empty())
        return message + homes;
    return message + "; there are " + listed(known);
}

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

// One file that was read, on its way to the reader.
class FileLayer {
public:
    /// Relative paths in the file start at `folder`.
    FileLayer(Reader& reader, std::string path, Value folder, unsigned mode)
        : reader_{reader}, path_{std::move(path)}, folder_{*folder.get<std::string>()}, mode_{mode}
    {
    }

    void take(std::string_view text)
    {
        auto document = read_toml(text);
        if (!document)
            return refuse(text, document.error());
        document_ = std::move(*document);
        for (const auto& [name, value] : *document_.value.get<Object>())
            take_section(name, value);
    }

private:
    Spot spot(Place place) const
    {
        const std::string line = path_ + ":" + std::to_string(place.line);
        return {line + ":" + std::to_string(place.column), line};
    }

    Spot spot_of(const std::string& path) const { return spot(document_.place_of(path).value_or(Place{1, 1})); }

    void refuse(std::string_view text, const TomlMistake& mistake)
    {
        // The sentence may repeat what it cannot read, and that may be a password without its quotes.
        const bool silent = may_hold_a_secret(line_of(text, mistake.place.line));
        reader_.complain(spot(mistake.place).place,
                         "this is not TOML: " + (silent ? "this line cannot be read." : mistake.why));
    }

    void take_section(const std::string& name, const Value& value)
    {
        const std::string path = name_step(name).starts_with('.') ? name : name_step(name);
        const Section* section = find_section(name);
        if (section == nullptr)
            return reader_.complain(spot_of(path).place, no_section(name));
        if (const auto* rows = value.get<Array>(); rows != nullptr && section->repeated())
            take_rows(*section, *rows);
        else if (const auto* keys = value.get<Object>(); keys != nullptr && !section->repeated())
            take_keys(*section, 0, *keys, path);
        else
            reader_.complain(spot_of(path).place, "'" + name + "' is a section: write " + in_brackets(*section));
    }

    void take_rows(const Section& section, const Array& rows)
    {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string path = section.name + index_step(i);
            const auto* keys = rows[i].get<Object>();
            if (keys == nullptr)
                reader_.complain(spot_of(path).place, "'" + path + "' is a section: write " + in_brackets(section));
            else
                take_keys(section, reader_.add_row(section, spot_of(path)), *keys, path);
        }
    }

    void take_keys(const Section& section, std::size_t row, const Object& keys, const std::string& path)
    {
        for (const auto& [name, value] : keys) {
            const Spot spot = spot_of(path + name_step(name));
            if (const Named found = named(section, name); found.key == nullptr)
                reader_.complain(spot.place, no_key(section, name));
            else if (found.in_file && is_empty(value)) // as in the default file: there is none
                continue;
            else if (found.in_file && gives(keys, found.key->name))
                reader_.complain(spot.place,
                                 "'" + name + "' stands beside '" + found.key->name + "': give one of them");
            else if (found.in_file)
                take_secret_file({section, row, *found.key}, name, value, spot);
            else
                take_value({section, row, *found.key}, value, spot);
        }
    }

    void take_secret_file(const Target& target, const std::string& name, const Value& value, const Spot& spot)
    {
        const auto* file = value.get<std::string>();
        if (file == nullptr)
            return reader_.complain(spot.place, target.section.name + "." + name + " must be a path, not " +
                                                    shown_wrong(Kind::path, value));
        const Value absolute = below(folder_, Kind::path, *file);
        reader_.set_from_file(target, *absolute.get<std::string>(), true, spot);
    }

    void take_value(const Target& target, const Value& value, const Spot& spot)
    {
        const bool is_set = reader_.set(target, below(folder_, target.key.kind, value), spot);
        if (is_set && !is_empty(value) && target.key.kind == Kind::secret && (mode_ & for_the_world) != 0)
            reader_.warn(spot.place + ": everybody can read " + target.path() + " here: put it into a file of its own");
    }

    Reader& reader_;
    std::string path_;
    std::string folder_;
    unsigned mode_;
    TomlDocument document_;
};

enum class Missing { is_wrong, is_fine };

// All files of one reading.
class FileLayers {
public:
    FileLayers(Reader& reader, const Sources& sources)
        : reader_{reader}, folder_{sources.folder}, service_{is_service(sources)}
    {
    }

    void read_with_parts(const std::string& path, Missing missing)
    {
        read(path, missing);
        for (const std::string& part : parts_in((std::filesystem::path{path}.parent_path() / "conf.d").string()))
            read(part, Missing::is_fine);
    }

private:
    void read(const std::string& path, Missing missing)
    {
        const auto file = read_text_file(path, longest_file);
        if (file)
            return FileLayer{reader_, path, below(folder_, Kind::path, folder_of(path)), file->mode}.take(file->text);
        if (!may_be_left_out(file.error(), missing))
            return reader_.complain(path, file.error().message);
        if (file.error().code == Errc::refused)
            reader_.warn(file.error().message);
    }

    // A command of a user goes on without what only the service may read.
    bool may_be_left_out(const Failure& failure, Missing missing) const
    {
        return missing == Missing::is_fine &&
               (failure.code == Errc::not_found || (failure.code == Errc::refused && !service_));
    }

    static std::vector<std::string> parts_in(const std::string& folder)
    {
        std::vector<std::string> files;
        std::error_code error; // a folder that is not there, or not for us, has no parts
        for (std::filesystem::directory_iterator entry{folder, error}, end; !error && entry != end;
             entry.increment(error)) {
            const std::string name = entry->path().filename().string();
            if (name.ends_with(".toml") && name.front() != '.')
                files.push_back(entry->path().string());
        }
        std::ranges::sort(files);
        return files;
    }

    Reader& reader_;
    std::string folder_;
    bool service_;
};

} // namespace

void read_files(Reader& reader, const Sources& sources)
{
    FileLayers layers{reader, sources};
    if (sources.file)
        return layers.read_with_parts(*sources.file, Missing::is_wrong);
    layers.read_with_parts(sources.system_file, Missing::is_fine);
    const std::string folder = user_folder(sources.environment, "XDG_CONFIG_HOME", ".config");
    if (!is_service(sources) && !folder.empty())
        layers.read_with_parts(folder + "/forager.toml", Missing::is_fine);
}

} // namespace forager::config
