// Labels of a colony's files: paths that begin with "/" and end without one, "/" itself for the top. A file is a label
// and a bare name. What comes from a server is checked with the same words as what people type. Pure.
#pragma once

#include "core/failure.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager {

/// In its one form: a slash in front, none at the end, none twice. Failures: bad_arguments (a part that is "." or "..",
/// control characters, bytes that are no UTF-8).
Result<std::string> file_label(std::string_view text);

/// What is wrong with a bare file name, as the end of a sentence ("is empty"); nothing where it is good.
std::optional<std::string> wrong_file_name(std::string_view name);

struct LabelledName {
    std::string label;
    std::string name;
    bool operator==(const LabelledName&) const = default;
};

/// "/a/b/name" in its two parts. Failures: bad_arguments.
Result<LabelledName> labelled_name(std::string_view path);

/// What a label within `of` has behind it: "a/b", or nothing.
std::string_view below(std::string_view label, std::string_view of);

/// The label `rest` below `label`: "/src" and "a/b" give "/src/a/b".
std::string label_below(std::string_view label, std::string_view rest);

/// The path of a name: "a/b/name", or the name alone.
std::string path_below(std::string_view rest, std::string_view name);

} // namespace forager
