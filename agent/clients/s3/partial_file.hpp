// A large download on its way to its file, beside it under a hidden name: ranges come in any order, and which of them
// are there is written behind the content, so that it survives the agent's end. Used by gets; all of it blocks and is
// done on the pool, one call at a time but for `write` and `mark`.
#pragma once

#include "core/failure.hpp"
#include "io/system_failure.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace forager::s3 {

class PartialFile {
public:
    struct Plan {
        std::string path;        ///< the file's
        std::string object;      ///< tells the object and its content apart from all others
        std::uint64_t size = 0;  ///< of the content
        std::uint64_t range = 1; ///< bytes of each range but the last
        bool adopts = true;      ///< goes on with what an earlier time has left of the same object

        Plan() = default;
    };

    /// What others are working at is left to them: then this is a file of its own. Failures: not_found (the folder),
    /// refused, limit.
    static Result<PartialFile> open(Plan plan);

    PartialFile() = default;
    PartialFile(PartialFile&& other) noexcept;
    PartialFile& operator=(PartialFile&& other) noexcept;
    ~PartialFile(); ///< removes it, unless it was committed or kept

    std::size_t ranges() const { return there_.size(); }
    bool has(std::size_t range) const { return there_[range]; }
    bool is_adopted() const { return adopted_; } ///< something of it is from an earlier time

    Result<void> write(std::uint64_t offset, std::string_view bytes);

    /// All bytes of this range are written, as a later time will find.
    Result<void> mark(std::size_t range);

    /// All of the content in its order, piece by piece.
    Result<void> read(std::uint64_t offset, std::size_t most, const std::function<void(std::string_view)>& take) const;

    /// Forgets all ranges.
    Result<void> restart();

    /// Flushed and under its name. No more use after it.
    Result<void> commit();

    /// For a later time. No more use after it.
    void keep() { temporary_.clear(); }

private:
    Result<void> begin();
    bool adopt();
    std::string label() const;
    Failure trouble() const;

    Plan plan_;
    std::string temporary_; // empty: nothing to remove
    Descriptor file_;
    std::vector<bool> there_;
    bool adopted_ = false;
};

/// A short content under its name: flushed, complete or not at all. Failures: as `PartialFile::open`. Blocks.
Result<void> write_whole_file(const std::string& path, std::string_view bytes);

} // namespace forager::s3
