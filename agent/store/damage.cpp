#include "store/damage.hpp"

#include "store/write_ahead_log.hpp"

#include <cstdint>
#include <ctime>
#include <filesystem>

namespace forager::store {

namespace {

std::string now_text()
{
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[20];
    return {text, std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts)};
}

// Never one that was set aside before.
std::string free_name(const std::string& path)
{
    namespace fs = std::filesystem;
    std::error_code error;
    const std::string wanted = path + ".damaged-" + now_text();
    std::string name = wanted;
    for (int n = 2; fs::exists(name, error) || fs::exists(name + "-wal", error); ++n)
        name = wanted + "-" + std::to_string(n);
    return name;
}

std::uintmax_t size_of(const std::string& path)
{
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    return error ? 0 : size;
}

} // namespace

Result<std::string> set_aside(const std::string& path)
{
    namespace fs = std::filesystem;
    std::error_code error;
    std::string target = free_name(path);
    fs::remove(path + "-shm", error); // SQLite makes it anew from the log
    if (size_of(path + "-wal") == 0)
        fs::remove(path + "-wal", error);
    for (const char* companion : {"", "-wal", "-journal"}) {
        fs::rename(path + companion, target + companion, error);
        if (error && error != std::errc::no_such_file_or_directory)
            return Failure{Errc::refused, "the state file " + path + companion +
                                              " is damaged and cannot be set aside: " + error.message()};
    }
    return target;
}

bool has_lost_its_file(const std::string& path)
{
    std::error_code error;
    return size_of(path) == 0 && !std::filesystem::is_directory(path, error) && size_of(path + "-wal") > 0;
}

std::string emptied(const std::string& path)
{
    std::error_code error;
    const bool is_empty = std::filesystem::is_regular_file(path, error) && size_of(path) == 0;
    if (!is_empty || size_of(path + "-journal") > 0)
        return {};
    return "the state file " + path +
           " is there and empty: unless its first start was cut off, somebody emptied it, and what it held is gone";
}

std::string broken_log(const std::string& path)
{
    const std::size_t commits = commits_behind_damage(path + "-wal");
    if (commits <= most_unflushed + 1) // the power may have gone before they were flushed
        return {};
    const std::string copy = free_name(path) + "-wal";
    std::error_code error;
    std::filesystem::copy_file(path + "-wal", copy, error);
    return "the log of the state file is damaged: what the last " + std::to_string(commits) +
           " commits in it had changed is lost; the log as it was " +
           (error ? "cannot be kept: " + error.message() : "is kept as " + copy);
}

} // namespace forager::store
