#include "io/http/body_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

namespace forager::http {

namespace asio = boost::asio;

namespace {

Result<Descriptor> open_to_read(const std::string& path, std::uint64_t& size)
{
    // Not blocking: a FIFO without a writer must not hold a thread of the pool.
    Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat status{};
    if (!file || ::fstat(file.number(), &status) != 0)
        return system_failure("cannot read \'" + path + "\'", errno);
    if (!S_ISREG(status.st_mode))
        return Failure{Errc::refused, "cannot send '" + path + "': it is not a regular file"};
    size = static_cast<std::uint64_t>(status.st_size);
    return file;
}

Result<std::string> read_at(int file, const std::string& path, std::uint64_t offset, std::size_t most)
{
    std::string bytes(most, '\0');
    std::size_t done = 0;
    while (done < most) {
        const auto got = ::pread(file, bytes.data() + done, most - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return system_failure("cannot read \'" + path + "\'", errno);
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
}

// Beside the target, for only there a rename is atomic; unlike any other download's.
std::string temporary_name(const std::string& path)
{
    static std::atomic<unsigned> number{0};
    const std::size_t name = path.rfind('/') + 1;
    return path.substr(0, name) + "." + path.substr(name).substr(0, 200) + "." + std::to_string(::getpid()) + "-" +
           std::to_string(++number) + ".part";
}

Result<Descriptor> create_new(const std::string& path, const std::string& temporary)
{
    Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
    if (!file)
        return system_failure("cannot write \'" + path + "\'", errno);
    return file;
}

Result<void> write_all(int file, const std::string& path, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR)
            return system_failure("cannot write \'" + path + "\'", errno);
        if (written > 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace

asio::awaitable<Result<UploadFile>> UploadFile::open(BlockingPool& pool, std::string path)
{
    UploadFile upload;
    auto work = [&upload, &path] { return open_to_read(path, upload.size_); };
    auto file = co_await pool.run(work);
    if (file.has_error())
        co_return file.error();
    upload.file_ = std::move(*file);
    upload.path_ = std::move(path);
    co_return upload;
}

asio::awaitable<Result<std::string>> UploadFile::read(BlockingPool& pool, std::uint64_t offset, std::size_t most) const
{
    auto work = [this, offset, most] { return read_at(file_.number(), path_, offset, most); };
    auto bytes = co_await pool.run(work);
    co_return bytes;
}

asio::awaitable<Result<DownloadFile>> DownloadFile::create(BlockingPool& pool, std::string path)
{
    std::string temporary = temporary_name(path);
    auto work = [&path, &temporary] { return create_new(path, temporary); };
    auto file = co_await pool.run(work);
    if (file.has_error())
        co_return file.error();
    DownloadFile download;
    download.file_ = std::move(*file);
    download.path_ = std::move(path);
    download.temporary_ = std::move(temporary);
    co_return download;
}

DownloadFile::DownloadFile(DownloadFile&& other) noexcept
    : file_{std::move(other.file_)}, path_{std::move(other.path_)}, temporary_{std::exchange(other.temporary_, {})}
{
}

DownloadFile::~DownloadFile()
{
    if (!temporary_.empty())
        ::unlink(temporary_.c_str());
}

asio::awaitable<Result<void>> DownloadFile::write(BlockingPool& pool, std::string bytes)
{
    auto work = [this, &bytes] { return write_all(file_.number(), path_, bytes); };
    auto written = co_await pool.run(work);
    co_return written;
}

asio::awaitable<Result<void>> DownloadFile::commit(BlockingPool& pool)
{
    auto work = [this]() -> Result<void> {
        if (!file_.close() || ::rename(temporary_.c_str(), path_.c_str()) != 0)
            return system_failure("cannot write \'" + path_ + "\'", errno);
        temporary_.clear();
        return {};
    };
    auto committed = co_await pool.run(work);
    co_return committed;
}

} // namespace forager::http
