// Documents in files, and where in these something stands that is wrong.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace forager::cli {

enum class Format { json, yaml, toml };

struct WrittenDocument {
    Object document;
    std::string file;                        ///< as people know it: "<stdin>" for "-"
    std::shared_ptr<const std::string> text; ///< of the whole file
    Format format = Format::json;
    std::size_t number = 0; ///< of the YAML documents of the text, from 0
    std::string path;       ///< where the document begins in that: "items[2]", counted from 0; empty: it is all of it

    WrittenDocument() = default;
};

/// More than this is not read of one file.
inline constexpr std::size_t longest_document_file = std::size_t{4} * 1024 * 1024;

/// The documents of a file of JSON, YAML or TOML, in their order: "-" is stdin. A list at the top and the `items` of a
/// document of the kind List are documents of their own; YAML documents without content are none. Which of the formats
/// it is says its ending (.json, .yaml, .yml, .toml) or else its beginning. Failures are those of a declaration,
/// with FILE:LINE where there is one: bad_arguments (also: no document in it), not_found, refused, limit.
Result<std::vector<WrittenDocument>> read_documents(const std::string& path);

/// The documents of all files, in their order. Failures: those of `read_documents`; bad_arguments: one is given twice.
Result<std::vector<WrittenDocument>> read_all(const std::vector<std::string>& files);

/// The failure of a document with its place, FILE:LINE: that of the member which its detail `field` names, or of the
/// nearest thing around it that was written; and the detail `column`.
Failure placed(const WrittenDocument& written, Failure failure);

/// Words that name documents: what is a file means those in it, by the names that `name_of` gives them.
Result<std::vector<std::string>>
names_in(const std::vector<std::string>& words,
         const std::function<Result<std::string>(const WrittenDocument& written)>& name_of);

} // namespace forager::cli
