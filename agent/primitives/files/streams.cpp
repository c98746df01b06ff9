#include "primitives/files/streams.hpp"

#include "primitives/files/paths.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr std::size_t write_size = std::size_t{1024} * 1024; // a visit of the pool is worth so much
constexpr mode_t own = S_IRUSR | S_IWUSR;

Result<Descriptor> open_to_read(const std::string& path)
{
    Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!file)
        return system_failure(cannot("read", path), errno);
    struct stat status{};
    if (::fstat(file.number(), &status) == 0 && !S_ISREG(status.st_mode))
        return Failure{Errc::refused,
                       cannot("read", path) + ": it is a " + std::string{type_name(status.st_mode)} + "."};
    return file;
}

Result<std::string> read_some(int descriptor, const std::string& path, std::size_t most)
{
    std::string bytes(most, '\0');
    ssize_t count = -1;
    do
        count = ::read(descriptor, bytes.data(), bytes.size());
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return system_failure(cannot("read", path), errno);
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
}

Result<NewFile> begin_file(const std::string& path)
{
    const std::string folder = parent_of(path);
    std::error_code error;
    if (std::filesystem::create_directories(folder, error); error)
        return system_failure(cannot("make the folder", folder), error.value());
    auto file = NewFile::begin(path, cannot("write", path));
    if (file && ::fchmod(file->descriptor(), own) != 0)
        return system_failure(cannot("write", path), errno);
    return file;
}

} // namespace

asio::awaitable<Result<FileSource>> FileSource::open(BlockingPool& pool, std::string path)
{
    auto work = [&path] { return open_to_read(path); };
    Result<Descriptor> file = co_await pool.run(work);
    if (!file)
        co_return file.error();
    FileSource source{pool, std::move(path)};
    source.file_ = std::move(*file);
    co_return source;
}

asio::awaitable<Result<std::string>> FileSource::read(std::size_t most)
{
    auto work = [this, most] { return read_some(file_.number(), path_, most); };
    Result<std::string> bytes = co_await pool_->run(work);
    co_return bytes;
}

asio::awaitable<Result<FileSink>> FileSink::begin(BlockingPool& pool, std::string path)
{
    auto work = [&path] { return begin_file(path); };
    Result<NewFile> file = co_await pool.run(work);
    if (!file)
        co_return file.error();
    co_return FileSink{pool, std::move(*file)};
}

asio::awaitable<Result<void>> FileSink::write(std::string bytes)
{
    waiting_ += bytes;
    if (waiting_.size() < write_size)
        co_return Result<void>{};
    Result<void> done = co_await flush();
    co_return done;
}

asio::awaitable<Result<void>> FileSink::flush()
{
    auto work = [this] { return file_.write(waiting_); };
    Result<void> done = co_await pool_->run(work);
    waiting_.clear();
    co_return done;
}

asio::awaitable<Result<std::string>> FileSink::complete()
{
    const Result<void> written = co_await flush();
    if (!written)
        co_return written.error();
    auto work = [this] { return file_.flush(); };
    const Result<void> safe = co_await pool_->run(work);
    if (!safe)
        co_return safe.error();
    co_return file_.temporary();
}

asio::awaitable<Result<void>> FileSink::keep(bool exclusive)
{
    Result<void> written = co_await flush();
    if (!written)
        co_return written;
    auto work = [this, exclusive] { return file_.keep(own, exclusive); };
    Result<void> kept = co_await pool_->run(work);
    co_return kept;
}

} // namespace forager
