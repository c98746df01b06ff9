#include "core/reconcile/volumes.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace forager::reconcile {

namespace {

void check_volume(const Volume& volume, const std::string& source, const std::string& target, Reading& reading)
{
    const bool is_path = volume.source.starts_with('/');
    if (volume.source.empty() || (!is_path && volume.source.find('/') != std::string::npos) ||
        volume.source.find(':') != std::string::npos)
        reading.refuse(source, "must be an absolute path or the name of a volume, without a ':'");
    if (!volume.target.starts_with('/') || volume.target.find(':') != std::string::npos)
        reading.refuse(target, "must be an absolute path without a ':'");
}

// "source:target", and ":ro" or ":rw" behind it.
Volume volume_in(const std::string& text, const std::string& path, Reading& reading)
{
    Volume volume;
    const auto first = text.find(':');
    const auto second = first == std::string::npos ? first : text.find(':', first + 1);
    const std::string mode = second == std::string::npos ? "rw" : text.substr(second + 1);
    if (first == std::string::npos || (mode != "ro" && mode != "rw")) {
        reading.refuse(path, quoted(text) + R"( is not as "/srv/data:/data" or "/srv/data:/data:ro")");
        return volume;
    }
    volume.source = text.substr(0, first);
    volume.target = text.substr(first + 1, second == std::string::npos ? second : second - first - 1);
    volume.read_only = mode == "ro";
    check_volume(volume, path, path, reading);
    return volume;
}

Volume volume_in(const Fields& fields)
{
    constexpr std::array<std::string_view, 5> known{"source", "target", "host", "container", "readOnly"};
    fields.allow(known);
    const std::string_view source = fields.either("source", "host");
    const std::string_view target = fields.either("target", "container");
    Volume volume{fields.text(source).value_or(""), fields.text(target).value_or(""),
                  fields.flag("readOnly").value_or(false)};
    for (const std::string_view needed : {source, target})
        if (fields.find(needed) == nullptr)
            fields.refuse(needed, "is missing");
    check_volume(volume, fields.path(source), fields.path(target), fields.reading());
    return volume;
}

std::optional<Volume> volume_in(const Value& value, const std::string& path, Reading& reading)
{
    if (const auto* text = value.get<std::string>())
        return volume_in(*text, path, reading);
    if (const auto* members = value.get<Object>())
        return volume_in(Fields{*members, path, reading});
    reading.refuse(path, "must be an object or text, not " + kind_words(value));
    return std::nullopt;
}

} // namespace

void add_volumes(std::vector<Volume>& volumes, const Fields& fields)
{
    const Array* list = fields.list("volumes");
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        const std::string path = item_path(fields.path("volumes"), i);
        const auto volume = volume_in((*list)[i], path, fields.reading());
        if (!volume)
            continue;
        if (std::ranges::find(volumes, volume->target, &Volume::target) != volumes.end())
            fields.reading().refuse(path, "another volume has the target " + quoted(volume->target));
        volumes.push_back(*volume);
    }
}

} // namespace forager::reconcile
