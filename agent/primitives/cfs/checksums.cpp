#include "primitives/cfs/checksums.hpp"

#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "primitives/files/content.hpp"

#include <charconv>
#include <filesystem>
#include <vector>

namespace forager::cfs {

namespace {

constexpr std::size_t largest = std::size_t{512} * 1024 * 1024; // bytes, some millions of files
constexpr std::string_view heading = "forager checksums 1";
constexpr std::int64_t while_a_change_leaves_no_trace =
    50'000'000; // nanoseconds: a tick of the kernel's clock, and more

template <class T> bool read_number(std::string_view text, T& number)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

// Nothing at the end, and for one that was cut.
std::optional<std::string_view> next_line(std::string_view& rest)
{
    const std::size_t end = rest.find('\n');
    if (end == rest.npos)
        return {};
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return line;
}

} // namespace

Checksums Checksums::load(const std::string& cache_dir, const std::string& folder)
{
    Checksums checksums;
    if (cache_dir.empty())
        return checksums;
    checksums.file_ = cache_dir + "/" + to_hex(digest(Digest::sha256, folder)).substr(0, 32);
    const auto text = forager::blocking::read(checksums.file_, largest);
    std::string_view rest = text ? std::string_view{*text} : std::string_view{};
    if (next_line(rest) != heading)
        return checksums;
    while (const auto line = next_line(rest))
        checksums.take(*line);
    return checksums;
}

// checksum, size, modified, changed, inode, path
void Checksums::take(std::string_view line)
{
    constexpr std::size_t before_path = 5;
    std::vector<std::string_view> parts;
    while (parts.size() < before_path && line.find(' ') != line.npos) {
        parts.push_back(line.substr(0, line.find(' ')));
        line.remove_prefix(parts.back().size() + 1);
    }
    Known known;
    if (parts.size() != before_path || !read_number(parts[1], known.identity.size) ||
        !read_number(parts[2], known.identity.modified) || !read_number(parts[3], known.identity.changed) ||
        !read_number(parts[4], known.identity.inode))
        return;
    known.checksum = parts[0];
    known_.insert_or_assign(std::string{line}, std::move(known));
}

std::optional<std::string> Checksums::find(const std::string& path, const Identity& identity) const
{
    const auto found = known_.find(path);
    if (found == known_.end() || found->second.identity != identity)
        return {};
    found->second.seen = true;
    return found->second.checksum;
}

void Checksums::add(const std::string& path, const Identity& identity, std::string checksum, std::int64_t now)
{
    if (file_.empty() || now - std::max(identity.modified, identity.changed) < while_a_change_leaves_no_trace)
        return;
    known_.insert_or_assign(path, Known{identity, std::move(checksum), true});
    changed_ = true;
}

void Checksums::save()
{
    std::string text{heading};
    text += '\n';
    bool forgets = false;
    for (const auto& [path, known] : known_) {
        forgets = forgets || !known.seen;
        if (known.seen)
            text += known.checksum + " " + std::to_string(known.identity.size) + " " +
                    std::to_string(known.identity.modified) + " " + std::to_string(known.identity.changed) + " " +
                    std::to_string(known.identity.inode) + " " + path + "\n";
    }
    if (file_.empty() || (!changed_ && !forgets))
        return;
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path{file_}.parent_path(), error);
    WriteOptions options;
    options.mode = 0600;
    (void)forager::blocking::write(file_, text, options); // it is slower next time
    changed_ = false;
}

} // namespace forager::cfs
