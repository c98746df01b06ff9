#include "primitives/files/files.hpp"

#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/stoppable.hpp"

namespace forager {

namespace {

Result<std::string> hex_digest(const std::string& path, const std::string& algorithm, const Stop& stop)
{
    if (auto failure = unusable("read", path))
        return *std::move(failure);
    const auto known = digest_named(algorithm);
    if (!known)
        return Failure{Errc::bad_arguments, "there is no checksum " + shown(algorithm) +
                                                "; known are md5, sha1, sha256, sha512 and sha3-256."};
    const auto bytes = digest_file(*known, path, &stop);
    return bytes ? Result<std::string>{to_hex(*bytes)} : bytes;
}

} // namespace

Files::Answer<std::string> Files::read(std::string path, std::size_t limit)
{
    auto work = [&] { return blocking::read(path, limit); };
    co_return co_await pool_.run(work);
}

Files::Answer<void> Files::write(std::string path, std::string bytes, WriteOptions options)
{
    auto work = [&] { return blocking::write(path, bytes, options); };
    co_return co_await pool_.run(work);
}

Files::Answer<void> Files::copy(std::string from, std::string to, CopyOptions options)
{
    auto work = [&](const Stop& stop) { return blocking::copy(from, to, options, stop); };
    co_return co_await stoppable(pool_, work);
}

Files::Answer<void> Files::move(std::string from, std::string to, CopyOptions options)
{
    auto work = [&](const Stop& stop) { return blocking::move(from, to, options, stop); };
    co_return co_await stoppable(pool_, work);
}

Files::Answer<bool> Files::remove(std::string path, RemoveOptions options)
{
    auto work = [&] { return blocking::remove(path, options); };
    co_return co_await pool_.run(work);
}

Files::Answer<bool> Files::make_folder(std::string path, FolderOptions options)
{
    auto work = [&] { return blocking::make_folder(path, options); };
    co_return co_await pool_.run(work);
}

Files::Answer<std::vector<std::string>> Files::list(std::string folder)
{
    auto work = [&] { return blocking::list(folder); };
    co_return co_await pool_.run(work);
}

Files::Answer<std::optional<FileStatus>> Files::status(std::string path)
{
    auto work = [&] { return blocking::status(path); };
    co_return co_await pool_.run(work);
}

Files::Answer<bool> Files::exists(std::string path)
{
    const auto found = co_await status(std::move(path));
    if (!found)
        co_return found.error();
    co_return found->has_value();
}

Files::Answer<std::vector<std::string>> Files::glob(std::string pattern)
{
    auto work = [&](const Stop& stop) { return blocking::glob(pattern, stop); };
    co_return co_await stoppable(pool_, work);
}

Files::Answer<std::string> Files::temp_file(std::string prefix)
{
    auto work = [&] { return blocking::temp_file(prefix); };
    co_return co_await pool_.run(work);
}

Files::Answer<std::string> Files::temp_folder(std::string prefix)
{
    auto work = [&] { return blocking::temp_folder(prefix); };
    co_return co_await pool_.run(work);
}

Files::Answer<std::string> Files::hash(std::string path, std::string algorithm)
{
    auto work = [&](const Stop& stop) { return hex_digest(path, algorithm, stop); };
    co_return co_await stoppable(pool_, work);
}

Files::Answer<Archive> Files::create_archive(std::string path, std::vector<std::string> sources, ArchiveOptions options)
{
    auto work = [&](const Stop& stop) { return blocking::create_archive(path, sources, options, stop); };
    co_return co_await stoppable(pool_, work);
}

Files::Answer<Extracted> Files::extract_archive(std::string path, std::string folder, ExtractOptions options)
{
    auto work = [&](const Stop& stop) { return blocking::extract_archive(path, folder, options, stop); };
    co_return co_await stoppable(pool_, work);
}

Files::Answer<std::vector<ArchiveEntry>> Files::list_archive(std::string path)
{
    auto work = [&](const Stop& stop) { return blocking::list_archive(path, stop); };
    co_return co_await stoppable(pool_, work);
}

} // namespace forager
