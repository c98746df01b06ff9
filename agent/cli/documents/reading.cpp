#include "cli/documents/reading.hpp"

#include "app/watchdog.hpp"
#include "base/text.hpp"
#include "core/reconcile/document.hpp"
#include "io/formats/places.hpp"
#include "io/formats/toml.hpp"
#include "io/system_failure.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace forager::cli {

namespace {

// Whoever wrote it must change something: like a script that does not load.
Failure declared(Failure failure)
{
    failure.declaration = true;
    failure.retry = false;
    return failure;
}

Failure wrong_at(const std::string& file, const Place& place, std::string why)
{
    Failure failure = declared({Errc::bad_arguments, std::move(why)});
    failure.where = file;
    if (place.line > 0) {
        failure.where += ":" + std::to_string(place.line);
        failure.details.append("column", static_cast<std::int64_t>(place.column));
    }
    return failure;
}

Result<std::string> read_up_to(int file, const std::string& name)
{
    constexpr std::size_t piece = 65'536;
    std::string text;
    for (;;) {
        const std::size_t size = text.size();
        text.resize(size + piece);
        const ssize_t count = ::read(file, text.data() + size, piece);
        const int error = errno;
        text.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count == 0)
            return text;
        if (count < 0 && error != EINTR)
            return system_failure("cannot read " + name, error);
        if (text.size() > longest_document_file)
            return Failure{Errc::limit, name + " is longer than " + bytes_text(longest_document_file)};
    }
}

Result<std::string> read_whole(const std::string& path, const std::string& name)
{
    Descriptor file;
    if (path != "-") {
        file = Descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
        if (!file)
            return system_failure("cannot read " + name, errno);
    }
    // Whoever writes into a pipe, or types, may take a long time.
    release_watched_signals();
    auto text = read_up_to(file ? file.number() : STDIN_FILENO, name);
    block_watched_signals();
    return text;
}

// The first line that says something, and what follows.
std::string_view beginning_of(std::string_view text)
{
    text = trimmed(text);
    while (text.starts_with('#')) {
        text.remove_prefix(std::min(text.find('\n'), text.size()));
        text = trimmed(text);
    }
    return text;
}

// "name = …", "[table]" or "[[tables]]"; a list of JSON begins with something else.
bool is_toml(std::string_view begun)
{
    if (begun.starts_with('['))
        return begun.starts_with("[[") || (begun.size() > 1 && std::isalpha(static_cast<unsigned char>(begun[1])) != 0);
    const auto sign = begun.find_first_of("=:{\n");
    return sign != std::string_view::npos && begun[sign] == '=';
}

Format format_of(const std::string& path, std::string_view text)
{
    if (path.ends_with(".json"))
        return Format::json;
    if (path.ends_with(".yaml") || path.ends_with(".yml"))
        return Format::yaml;
    if (path.ends_with(".toml"))
        return Format::toml;
    const std::string_view begun = beginning_of(without_bom(text));
    if (is_toml(begun))
        return Format::toml;
    return begun.starts_with('{') || begun.starts_with('[') ? Format::json : Format::yaml;
}

std::string_view word(Format format)
{
    switch (format) {
    case Format::json: return "JSON";
    case Format::yaml: return "YAML";
    case Format::toml: return "TOML";
    }
    return "";
}

// The values of the text; only YAML has several.
boost::system::result<std::vector<Value>, Mistake> values_in(std::string_view text, Format format)
{
    if (format == Format::yaml)
        return read_all_yaml(text);
    if (format == Format::json) {
        auto value = read_json(text);
        if (value.has_error())
            return std::move(value).error();
        return std::vector<Value>{*std::move(value)};
    }
    auto document = read_toml(text);
    if (document.has_error())
        return std::move(document).error();
    return std::vector<Value>{std::move(document->value)};
}

Place place_in(const WrittenDocument& written, std::string_view path)
{
    switch (written.format) {
    case Format::json: return place_in_json(*written.text, path);
    case Format::yaml: return place_in_yaml(*written.text, written.number, path);
    case Format::toml: return place_in_toml(*written.text, path);
    }
    return {};
}

// Collects the documents of one file.
class Collector {
public:
    explicit Collector(WrittenDocument origin) : origin_{std::move(origin)} {}

    Result<std::vector<WrittenDocument>> collect(std::vector<Value> values)
    {
        for (std::size_t i = 0; i < values.size(); ++i) {
            origin_.number = i;
            if (values[i].is_null() && origin_.format == Format::yaml)
                continue; // nothing but comments between two lines of ---
            if (auto taken = take_top(std::move(values[i])); taken.has_error())
                return std::move(taken).error();
        }
        if (found_.empty())
            return wrong_at(origin_.file, {}, "there is no document in it");
        return std::move(found_);
    }

private:
    Result<void> take_top(Value value)
    {
        auto* list = value.get<Array>();
        return list == nullptr ? take(std::move(value), "") : take_items(std::move(*list), "");
    }

    Result<void> take_items(Array items, const std::string& path)
    {
        for (std::size_t i = 0; i < items.size(); ++i)
            if (auto taken = take(std::move(items[i]), path + "[" + std::to_string(i) + "]"); taken.has_error())
                return taken;
        return {};
    }

    Result<void> take(Value value, std::string path)
    {
        auto* document = value.get<Object>();
        if (document == nullptr)
            return wrong(path, "a document must be a table; this is of type " + std::string{value.type_name()});
        const Value* kind = document->find("kind");
        Value* items = document->find("items");
        if (items != nullptr && kind != nullptr && *kind == Value{"List"})
            return take_list(std::move(*items), path.empty() ? "items" : path + ".items");
        if (document->empty())
            return wrong(path, "the document is empty");
        WrittenDocument& written = found_.emplace_back(origin_);
        written.document = std::move(*document);
        written.path = std::move(path);
        return {};
    }

    Result<void> take_list(Value items, const std::string& path)
    {
        auto* list = items.get<Array>();
        if (list == nullptr)
            return wrong(path,
                         "the items of a List must be a list; these are of type " + std::string{items.type_name()});
        return take_items(std::move(*list), path);
    }

    Failure wrong(const std::string& path, std::string why) const
    {
        return wrong_at(origin_.file, place_in(origin_, path), std::move(why));
    }

    WrittenDocument origin_;
    std::vector<WrittenDocument> found_;
};

bool is_file(const std::string& word)
{
    const std::string ending = std::filesystem::path{word}.extension().string();
    std::error_code ignored;
    return word == "-" || ending == ".yaml" || ending == ".yml" || ending == ".json" || ending == ".toml" ||
           std::filesystem::is_regular_file(word, ignored);
}

} // namespace

Result<std::vector<WrittenDocument>> read_documents(const std::string& path)
{
    WrittenDocument origin;
    origin.file = path == "-" ? "<stdin>" : path;
    auto text = read_whole(path, path == "-" ? "stdin" : path);
    if (text.has_error())
        return declared(text.error());
    if (trimmed(without_bom(*text)).empty())
        return wrong_at(origin.file, {}, "the file is empty");
    origin.text = std::make_shared<const std::string>(*std::move(text));
    origin.format = format_of(path, *origin.text);
    auto values = values_in(*origin.text, origin.format);
    if (values.has_error()) {
        const Mistake mistake = values.error();
        return wrong_at(origin.file, mistake.place,
                        "this is not " + std::string{word(origin.format)} + ": " + mistake.why);
    }
    return Collector{std::move(origin)}.collect(*std::move(values));
}

Result<std::vector<WrittenDocument>> read_all(const std::vector<std::string>& files)
{
    std::vector<WrittenDocument> all;
    for (const std::string& file : files) {
        auto some = read_documents(file);
        if (some.has_error())
            return some.error();
        std::ranges::move(*some, std::back_inserter(all));
    }
    std::set<reconcile::Key> given;
    for (const WrittenDocument& written : all) {
        const auto key = reconcile::key_of(written.document, "");
        if (key && !given.insert(*key).second)
            return placed(written, {Errc::bad_arguments, to_text(*key) + " is given twice"});
    }
    return all;
}

Failure placed(const WrittenDocument& written, Failure failure)
{
    std::string path = written.path;
    const std::string field = part<std::string>(failure.details, "field");
    path += !path.empty() && !field.empty() && !field.starts_with('[') ? "." + field : field;
    const Place place = place_in(written, path);
    failure = declared(std::move(failure));
    failure.where = written.file + ":" + std::to_string(place.line);
    failure.details.set("column", static_cast<std::int64_t>(place.column));
    return failure;
}

Result<std::vector<std::string>>
names_in(const std::vector<std::string>& words,
         const std::function<Result<std::string>(const WrittenDocument& written)>& name_of)
{
    std::vector<std::string> names;
    for (const std::string& word : words) {
        if (!is_file(word)) {
            names.push_back(word);
            continue;
        }
        const auto documents = read_documents(word);
        if (documents.has_error())
            return documents.error();
        for (const WrittenDocument& written : *documents) {
            auto name = name_of(written);
            if (name.has_error())
                return name.error();
            names.push_back(*std::move(name));
        }
    }
    return names;
}

} // namespace forager::cli
