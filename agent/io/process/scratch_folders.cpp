#include "io/process/scratch_folders.hpp"

#include "base/ids.hpp"
#include "io/system_failure.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace forager {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view lasting_prefix = "of-";

// Ids are made by agents and by servers: what could mean another folder is not taken as it is.
std::string safe(const std::string& id)
{
    constexpr std::size_t longest = 100;
    const bool plain = !id.empty() && id.size() <= longest && std::ranges::all_of(id, [](unsigned char letter) {
        return std::isalnum(letter) != 0 || letter == '-' || letter == '_';
    });
    return plain ? id : derived_id(id, "folder");
}

std::string parent_of(const std::string& path)
{
    return fs::path{path}.parent_path().string();
}

Result<void> make_private(const std::string& path)
{
    for (const std::string& folder : {parent_of(parent_of(path)), parent_of(path), path})
        if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
            return system_failure("cannot make the scratch folder '" + path + "' of a command", errno);
    return {};
}

// Commands leave folders that even their owner may not write into.
void open_up(const fs::path& folder)
{
    std::error_code ignored;
    ::chmod(folder.c_str(), S_IRWXU);
    for (fs::directory_iterator entry{folder, ignored}, end; !ignored && entry != end; entry.increment(ignored)) {
        std::error_code unseen;
        if (entry->symlink_status(unseen).type() == fs::file_type::directory)
            open_up(entry->path());
    }
}

void remove_all(const std::string& path)
{
    std::error_code error;
    fs::remove_all(path, error);
    if (!error)
        return;
    open_up(path);
    fs::remove_all(path, error); // what is still left is tried again by the next agent
}

std::set<std::string> names_in(const std::string& path)
{
    std::set<std::string> names;
    std::error_code ignored;
    for (fs::directory_iterator entry{path, ignored}, end; !ignored && entry != end; entry.increment(ignored))
        names.insert(entry->path().filename().string());
    return names;
}

} // namespace

ScratchFolders::ScratchFolders(BlockingPool& pool, std::string path, IsResumed is_resumed)
    : pool_{pool}, path_{std::move(path)}, is_resumed_{std::move(is_resumed)}
{
}

asio::awaitable<void> ScratchFolders::open()
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    auto look = [this] {
        std::set<std::string> lasting;
        for (const std::string& name : names_in(path_)) {
            if (name.starts_with(lasting_prefix))
                lasting.insert(name.substr(lasting_prefix.size()));
            else
                remove_all(path_ + "/" + name);
        }
        return lasting;
    };
    roots_ = co_await pool_.run(look);
}

asio::awaitable<Result<std::string>> ScratchFolders::of(ScopeId scope, std::optional<LastingFolder> lasting)
{
    if (lasting && is_resumed_ && is_resumed_(lasting->root)) {
        const std::string root = safe(lasting->root);
        std::string path = path_ + "/" + std::string{lasting_prefix} + root + "/" + safe(lasting->invocation);
        if (made_.contains(path))
            co_return path;
        const Result<void> made = co_await make(path);
        if (!made)
            co_return made.error();
        roots_.insert(root);
        made_.insert(path);
        co_return path;
    }
    const auto known = own_.find(scope);
    if (known != own_.end())
        co_return known->second;
    std::string path = path_ + "/" + std::to_string(static_cast<std::uint32_t>(scope));
    const Result<void> made = co_await make(path);
    if (!made)
        co_return made.error();
    own_.emplace(scope, path);
    co_return path;
}

asio::awaitable<void> ScratchFolders::remove(ScopeId scope)
{
    const auto found = own_.extract(scope);
    if (found.empty())
        co_return;
    co_await remove_tree(found.mapped());
}

// Out of the way first: the work may be begun again before all is removed.
asio::awaitable<void> ScratchFolders::remove_lasting(std::string root)
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    root = safe(root);
    if (roots_.erase(root) == 0)
        co_return;
    const std::string path = path_ + "/" + std::string{lasting_prefix} + root;
    const std::string gone = path_ + "/gone-" + std::to_string(++last_gone_);
    std::erase_if(made_, [&](const std::string& made) { return made.starts_with(path + "/"); });
    if (std::rename(path.c_str(), gone.c_str()) == 0)
        co_await remove_tree(gone);
}

asio::awaitable<Result<void>> ScratchFolders::make(std::string path)
{
    auto work = [&path] { return make_private(path); };
    Result<void> made = co_await pool_.run(std::move(work));
    co_return made;
}

asio::awaitable<void> ScratchFolders::remove_tree(std::string path)
{
    auto work = [&path] {
        remove_all(path);
        return true;
    };
    (void)co_await pool_.run(std::move(work));
}

} // namespace forager
