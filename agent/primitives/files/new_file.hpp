// A file that appears under its name complete, or not at all: it is written beside its place and renamed at the end.
// Used by everything in this folder that writes; blocks.
#pragma once

#include "core/failure.hpp"
#include "io/system_failure.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace forager {

class NewFile {
public:
    NewFile(NewFile&&) noexcept = default;
    NewFile& operator=(NewFile&&) = delete;

    /// Removes what was written so far, unless it was kept.
    ~NewFile();

    /// Begins the file that shall stand at `path`. Links are followed to the file that they mean; what is there and is
    /// no file is refused. `attempt` begins every failure: "cannot write 'x'".
    static Result<NewFile> begin(const std::string& path, std::string attempt);

    Result<void> write(std::string_view bytes);

    int descriptor() const { return file_.number(); }

    /// Where it stands until it is kept, locked (flock): a leftover is one that nobody holds.
    const std::string& temporary() const { return temporary_; }

    /// What was written lasts.
    Result<void> flush();
    const std::string& attempt() const { return attempt_; }

    /// Puts the file in its place, safe on the disk. Its mode is `mode`, else that of the file that it replaces. With
    /// `exclusive` nothing may be replaced.
    Result<void> keep(std::optional<mode_t> mode, bool exclusive);

private:
    NewFile(std::string attempt, std::string path) : attempt_{std::move(attempt)}, path_{std::move(path)} {}

    Result<void> open();
    Result<void> take_over(std::optional<mode_t> mode);
    Result<void> put_in_place(bool exclusive);

    std::string attempt_;
    std::string path_;
    std::string temporary_; ///< empty when there is nothing to remove
    Descriptor file_;
};

/// Writes all bytes to a descriptor.
Result<void> write_all(int descriptor, std::string_view bytes, const std::string& attempt);

/// The path after following links, also to a file that does not exist yet.
Result<std::string> followed(std::string path, const std::string& attempt);

} // namespace forager
