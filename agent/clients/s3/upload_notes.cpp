#include "clients/s3/upload_notes.hpp"

#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/formats/json.hpp"
#include "io/left_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

namespace forager::s3 {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

UploadNote read_note(int file)
{
    constexpr std::size_t longest = 4096;
    std::string text(longest, '\0');
    const auto size = ::pread(file, text.data(), longest, 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    const auto value = parse_json(text);
    const auto* object = value.has_value() ? value->get<Object>() : nullptr;
    UploadNote note;
    if (object == nullptr)
        return note;
    note.id = part<std::string>(*object, "id");
    note.sha256 = part<std::string>(*object, "sha256");
    note.part_size = static_cast<std::uint64_t>(part<std::int64_t>(*object, "part_size"));
    return note;
}

// A note that the machine's end cuts off is no JSON, and so none.
bool write_note(int file, const UploadNote& note)
{
    const std::string text = to_json(Object{{"id", note.id}, {"sha256", note.sha256}, {"part_size", note.part_size}});
    return ::ftruncate(file, 0) == 0 && ::pwrite(file, text.data(), text.size(), 0) >= 0;
}

// Of an upload that ended without anybody's hearing of it: its object was there when it was asked for again.
bool is_old(const LeftFile& file)
{
    return file.age > std::chrono::days{7};
}

// None where another program has it.
Descriptor locked(const std::string& folder, const std::string& name)
{
    constexpr mode_t for_us_alone = 0600;
    std::error_code ignored;
    if (fs::create_directories(folder, ignored))
        fs::permissions(folder, fs::perms::owner_all, ignored);
    Descriptor file{::open((folder + "/" + name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, for_us_alone)};
    return file && ::flock(file.number(), LOCK_EX | LOCK_NB) == 0 ? std::move(file) : Descriptor{};
}

} // namespace

UploadNotes::Claim UploadNotes::claim(const std::string& what)
{
    std::string name = to_hex(digest(Digest::sha256, what));
    if (folder_.empty() || !claimed_.insert(name).second)
        return {};
    return {*this, std::move(name)};
}

asio::awaitable<void> UploadNotes::forget(std::string id)
{
    if (folder_.empty())
        co_return;
    auto work = [&] {
        remove_left(folder_, "", LeftKind::files,
                    [&](const LeftFile& file) { return read_note(file.descriptor).id == id; });
        return true;
    };
    (void)co_await pool_.run(work);
}

UploadNotes::Claim::~Claim()
{
    if (owner_ != nullptr)
        owner_->claimed_.erase(name_);
}

asio::awaitable<UploadNote> UploadNotes::Claim::read()
{
    if (owner_ == nullptr)
        co_return UploadNote{};
    auto work = [this] {
        file_ = locked(owner_->folder_, name_);
        remove_left(owner_->folder_, "", LeftKind::files, is_old);
        return file_ ? read_note(file_.number()) : UploadNote{};
    };
    co_return co_await owner_->pool_.run(work);
}

asio::awaitable<void> UploadNotes::Claim::write(UploadNote note)
{
    if (!file_)
        co_return;
    auto work = [&] { return write_note(file_.number(), note); };
    (void)co_await owner_->pool_.run(work);
}

asio::awaitable<void> UploadNotes::Claim::forget()
{
    if (!file_)
        co_return;
    auto work = [this] {
        const bool removed = ::unlink((owner_->folder_ + "/" + name_).c_str()) == 0;
        return file_.close() && removed;
    };
    (void)co_await owner_->pool_.run(work);
}

} // namespace forager::s3
