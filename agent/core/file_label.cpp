#include "core/file_label.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace forager {

namespace {

constexpr std::size_t longest_name = 255; // bytes, as file systems have it

bool has_control(std::string_view text)
{
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

Failure bad_label(std::string_view text, const std::string& why)
{
    return {Errc::bad_arguments, "the label '" + tail(printable(text), 80) + "' " + why};
}

} // namespace

Result<std::string> file_label(std::string_view text)
{
    std::string label;
    for (const std::string_view part : split(text, '/')) {
        if (part.empty())
            continue;
        if (const auto wrong = wrong_file_name(part))
            return bad_label(text, "has a part that " + *wrong);
        label += '/';
        label += part;
    }
    return label.empty() ? "/" : label;
}

std::optional<std::string> wrong_file_name(std::string_view name)
{
    if (name.empty())
        return "is empty";
    if (name == "." || name == "..")
        return "is '" + std::string{name} + "'";
    if (name.find('/') != name.npos)
        return "holds a slash";
    if (has_control(name))
        return "holds a control character";
    if (!is_utf8(name))
        return "is not UTF-8";
    if (name.size() > longest_name)
        return "is longer than " + std::to_string(longest_name) + " bytes";
    return {};
}

Result<LabelledName> labelled_name(std::string_view path)
{
    const std::size_t slash = path.rfind('/');
    const std::string_view name = slash == path.npos ? path : path.substr(slash + 1);
    auto label = file_label(slash == path.npos ? std::string_view{} : path.substr(0, slash));
    if (!label)
        return label.error();
    if (const auto wrong = wrong_file_name(name))
        return Failure{Errc::bad_arguments, "the file '" + tail(printable(path), 80) + "' has a name that " + *wrong +
                                                ": a file is given as LABEL/NAME"};
    return LabelledName{std::move(*label), std::string{name}};
}

std::string_view below(std::string_view label, std::string_view of)
{
    label.remove_prefix(of == "/" ? 0 : of.size());
    return label.starts_with('/') ? label.substr(1) : label;
}

std::string label_below(std::string_view label, std::string_view rest)
{
    if (rest.empty())
        return std::string{label};
    return (label == "/" ? "" : std::string{label}) + "/" + std::string{rest};
}

std::string path_below(std::string_view rest, std::string_view name)
{
    return rest.empty() ? std::string{name} : std::string{rest} + "/" + std::string{name};
}

} // namespace forager
