// Which uploads of files have begun and not ended, beyond the agent's own end: what a file was when its upload began,
// and the upload's id, in a small file each. On the strand; the pool must outlive it.
#pragma once

#include "core/failure.hpp"
#include "io/pool.hpp"
#include "io/system_failure.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <set>
#include <string>

namespace forager::s3 {

struct UploadNote {
    std::string id;     ///< empty: there is none
    std::string sha256; ///< of the file, as hexadecimal digits
    std::uint64_t part_size = 0;

    UploadNote() = default;
};

class UploadNotes {
public:
    /// An empty folder remembers nothing. It is made when it is needed, for this user alone.
    UploadNotes(BlockingPool& pool, std::string folder) : pool_{pool}, folder_{std::move(folder)} {}

    /// The right to one note, as long as it lives; who asks for what somebody works at already, in this program or
    /// another one, remembers nothing.
    class Claim {
    public:
        Claim() = default;
        Claim(UploadNotes& owner, std::string name) : owner_{&owner}, name_{std::move(name)} {}
        Claim(Claim&& other) noexcept
            : owner_{std::exchange(other.owner_, nullptr)}, name_{std::move(other.name_)}, file_{std::move(other.file_)}
        {
        }
        Claim& operator=(Claim&& other) noexcept
        {
            std::swap(owner_, other.owner_);
            std::swap(name_, other.name_);
            std::swap(file_, other.file_);
            return *this;
        }
        ~Claim();

        /// First of all, for it locks the note. What cannot be read is none.
        boost::asio::awaitable<UploadNote> read();

        // A note that cannot be written or removed costs a repetition at most.
        boost::asio::awaitable<void> write(UploadNote note);
        boost::asio::awaitable<void> forget();

    private:
        UploadNotes* owner_ = nullptr; // none: there is nothing to note
        std::string name_;
        Descriptor file_; // locked; none: nothing is remembered
    };

    /// `what` tells the upload apart from all others.
    Claim claim(const std::string& what);

    /// The upload of this id is no more. Notes that somebody works at are left.
    boost::asio::awaitable<void> forget(std::string id);

private:
    BlockingPool& pool_;
    std::string folder_;
    std::set<std::string> claimed_;
};

} // namespace forager::s3
