// Which files a watch is about: an absolute path whose parts may hold `*`, `?` and `[…]`, in folders as well as in the
// file's name. A wildcard never stands for a `/`, nor for a leading dot: files named .part are writers' own business.
#pragma once

#include "core/failure.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace forager {

class FilePattern {
public:
    /// Failures: bad_arguments (a relative path, `**`, `.` or `..`, no file name).
    static Result<FilePattern> parse(std::string_view text);

    const std::string& text() const { return text_; }

    /// The names on the way, the file's last.
    const std::vector<std::string>& parts() const { return parts_; }

private:
    std::string text_;
    std::vector<std::string> parts_;
};

/// Whether the part is more than a plain name.
bool has_wildcards(const std::string& part);

/// The path of a name in a folder, which may be "/".
std::string path_in(const std::string& folder, const std::string& name);

} // namespace forager
