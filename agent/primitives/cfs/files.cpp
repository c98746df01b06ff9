#include "primitives/cfs/files.hpp"

#include "clients/colonies/calls/files.hpp"
#include "core/file_label.hpp"
#include "core/path_text.hpp"
#include "io/few_at_once.hpp"
#include "primitives/cfs/asking.hpp"
#include "primitives/cfs/sendings.hpp"
#include "primitives/cfs/transfer.hpp"
#include "primitives/files/paths.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace forager::cfs {

namespace asio = boost::asio;

namespace {

constexpr std::size_t questions_at_once = 4;

RemoteFile file_of(const std::string& label, const colonies::FileData& data)
{
    RemoteFile file;
    file.label = label;
    file.name = data.name;
    file.size = static_cast<std::uint64_t>(std::max<std::int64_t>(0, data.size));
    file.checksum = data.checksum;
    file.object = data.object;
    std::ranges::transform(file.checksum, file.checksum.begin(),
                           [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c; });
    return file;
}

RemoteFile file_of(const colonies::File& file)
{
    return file_of(file.label, {file.name, file.checksum, file.size, file.reference.object.object});
}

// The server takes what it is asked for as a pattern, in which a backslash means what follows it.
std::string beginning_of(const std::string& label)
{
    return label == "/" ? "" : label.substr(0, label.find('\\'));
}

bool is_plain(const std::string& label)
{
    const auto same = file_label(label);
    return same.has_value() && *same == label;
}

colonies::FileName named(const Files& files, std::string label, std::string name)
{
    return {files.member().colony(), std::move(label), std::move(name)};
}

Failure no_such_file(const std::string& label, const std::string& name)
{
    return {Errc::not_found, "the colony has no file " + shown(label_below(label, name))};
}

asio::awaitable<Result<colonies::File>> newest(Files files, std::string label, std::string name)
{
    auto file = co_await colonies::get_newest_file(files.member().caller(), named(files, label, name));
    if (file.has_error() && file.error().code == Errc::not_found)
        co_return no_such_file(label, name);
    co_return file;
}

// Of the labels, into the list; the first failure ends it.
struct Listing {
    Files files;
    std::vector<std::string> labels{};
    RemoteFiles found{};
    std::optional<Failure> failure{};
};

asio::awaitable<bool> list_one(Listing& listing, std::size_t index)
{
    const std::string label = listing.labels[index];
    auto files = co_await colonies::get_files(listing.files.member().caller(), listing.files.member().colony(), label);
    if (files.has_error()) {
        listing.failure = std::move(files).error();
        co_return false;
    }
    for (const colonies::FileData& data : *files)
        if (wrong_file_name(data.name))
            listing.found.refused.push_back(label_below(label, data.name));
        else
            listing.found.files.push_back(file_of(label, data));
    co_return true;
}

asio::awaitable<Result<void>> remove_revision(Files files, colonies::File file)
{
    // The bytes first: what is cut off in between is found again by its record.
    if (!file.reference.object.object.empty())
        if (auto removed = co_await files.objects().remove(file.reference.object.object); removed.has_error())
            co_return std::move(removed).error();
    auto removed = co_await colonies::remove_file(files.member().caller(), files.member().colony(), file.id);
    co_return removed;
}

// Nothing is to be done for a revision that has this content, and whose bytes are there.
asio::awaitable<bool> has_bytes(Files files, const RemoteFile& file)
{
    if (file.size == 0)
        co_return true;
    const auto object = co_await files.objects().head(file.object);
    co_return object.has_value() && object->size == file.size;
}

asio::awaitable<Result<RemoteFile>> put_known(Files files, Upload wanted)
{
    auto before = co_await newest(files, wanted.label, wanted.name);
    if (before.has_error() && before.error().code != Errc::not_found)
        co_return std::move(before).error();
    if (before.has_value()) {
        const RemoteFile file = file_of(*before);
        const bool same = file.checksum == wanted.checksum && file.size == wanted.identity.size;
        if (same && co_await has_bytes(files, file))
            co_return file;
        wanted.base = file.object;
    }
    Sendings sendings{files, "put " + std::filesystem::absolute(wanted.path).string() + "\n" + wanted.label + "\n" +
                                 wanted.name};
    co_await sendings.begin({wanted});
    auto put = co_await upload(files, wanted);
    if (put.has_value())
        sendings.recorded(put->object);
    co_await sendings.end(put.has_value());
    co_return put;
}

} // namespace

Object table_of(const RemoteFile& file)
{
    return {{"label", file.label},
            {"name", file.name},
            {"size", static_cast<std::int64_t>(file.size)},
            {"checksum", file.checksum}};
}

asio::awaitable<Result<RemoteLabels>> list_labels(Files files, std::string label)
{
    auto given = file_label(label);
    if (!given)
        co_return given.error();
    auto found = co_await colonies::get_labels(files.member().caller(), files.member().colony(), beginning_of(*given));
    if (found.has_error())
        co_return std::move(found).error();
    std::set<std::string> labels;
    std::set<std::string> refused;
    for (const colonies::Label& one : *found)
        if (is_within(one.name, *given))
            (is_plain(one.name) ? labels : refused).insert(one.name);
    co_return RemoteLabels{{labels.begin(), labels.end()}, {refused.begin(), refused.end()}};
}

asio::awaitable<Result<RemoteFiles>> list(Files files, std::string label)
{
    auto labels = co_await list_labels(files, std::move(label));
    if (labels.has_error())
        co_return std::move(labels).error();
    Listing listing{files, std::move(labels->labels)};
    listing.found.refused = std::move(labels->refused);
    co_await few_at_once(questions_at_once, listing.labels.size(),
                         [&listing](std::size_t index) { return list_one(listing, index); });
    if (listing.failure)
        co_return std::move(*listing.failure);
    std::ranges::sort(listing.found.files, {}, [](const RemoteFile& file) { return std::tie(file.label, file.name); });
    co_return std::move(listing.found);
}

asio::awaitable<Result<RemoteFile>> put(Files files, std::string path, std::string label, std::string name,
                                        TransferProgress progress)
{
    Upload wanted;
    wanted.by = "put";
    auto given = labelled_name(label_below(label, name));
    if (!given)
        co_return given.error();
    if (is_left_alone(given->name))
        co_return Failure{Errc::bad_arguments, "files called " + shown(given->name) +
                                                   " are not brought: '.cfs' and names that begin with '.forager-' are "
                                                   "left alone"};
    wanted.path = std::move(path);
    wanted.label = std::move(given->label);
    wanted.name = std::move(given->name);
    wanted.progress = std::move(progress);
    const auto identity = co_await files.pool().run([&] { return blocking::identity_of(wanted.path); });
    if (!identity)
        co_return identity.error();
    wanted.identity = *identity;
    auto sum = co_await checksum(files, wanted.path, wanted.identity);
    if (sum.has_error())
        co_return std::move(sum).error();
    wanted.checksum = std::move(*sum);
    auto file = co_await put_known(files, std::move(wanted));
    co_return file;
}

asio::awaitable<Result<RemoteFile>> get(Files files, std::string label, std::string name, std::string path,
                                        TransferProgress progress)
{
    auto given = labelled_name(label_below(label, name));
    if (!given)
        co_return given.error();
    auto found = co_await newest(files, given->label, given->name);
    if (found.has_error())
        co_return std::move(found).error();
    Download wanted;
    wanted.file = file_of(*found);
    RemoteFile file = wanted.file;
    wanted.name = name_of(path);
    wanted.folder = parent_of(path);
    wanted.prefix = lone_prefix;
    wanted.progress = std::move(progress);
    const auto there = co_await files.pool().run([&] { return blocking::identity_of(path); });
    if (!there && there.error().code != Errc::not_found)
        co_return there.error();
    if (there)
        wanted.replaced = *there;
    const std::string folder = wanted.folder;
    auto got = co_await download(files, std::move(wanted));
    if (got.has_error())
        co_return std::move(got).error();
    co_await files.pool().run([&] {
        blocking::flush_folder(folder);
        return true;
    });
    co_return file;
}

asio::awaitable<Result<std::int64_t>> remove(Files files, std::string label, std::string name)
{
    auto given = labelled_name(label_below(label, name));
    if (!given)
        co_return given.error();
    auto revisions = co_await colonies::get_revisions(files.member().caller(), named(files, given->label, given->name));
    if (revisions.has_error())
        co_return std::move(revisions).error();
    if (revisions->empty())
        co_return no_such_file(given->label, given->name);
    // The newest one last: until then the file is there as it was.
    std::ranges::reverse(*revisions);
    for (const colonies::File& revision : *revisions)
        if (auto removed = co_await remove_revision(files, revision); removed.has_error())
            co_return std::move(removed).error();
    co_return static_cast<std::int64_t>(revisions->size());
}

asio::awaitable<Result<std::int64_t>> remove_label(Files files, std::string label)
{
    auto all = co_await list(files, std::move(label));
    if (all.has_error())
        co_return std::move(all).error();
    for (const RemoteFile& file : all->files)
        if (auto removed = co_await remove(files, file.label, file.name); removed.has_error())
            co_return std::move(removed).error();
    co_return static_cast<std::int64_t>(all->files.size());
}

} // namespace forager::cfs
