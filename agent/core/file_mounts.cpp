#include "core/file_mounts.hpp"

#include "base/text.hpp"
#include "core/file_label.hpp"
#include "core/options.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace forager {

namespace {

bool has_entries(const Value* wishes)
{
    const auto* list = wishes == nullptr ? nullptr : wishes->get<Array>();
    const auto* table = wishes == nullptr ? nullptr : wishes->get<Object>();
    return (list != nullptr && !list->empty()) || (table != nullptr && !table->empty());
}

/// Reads one entry of a list; the first failure stays, and names the entry.
class Entry {
public:
    Entry(const Object& fields, std::string place, std::string_view id)
        : fields_{fields}, place_{std::move(place)}, id_{id}
    {
    }

    std::string text(std::string_view name)
    {
        auto read = taken(text_option(fields_, name));
        return read ? read->value_or("") : "";
    }

    bool flag(std::string_view name, bool fallback)
    {
        return taken(flag_option(fields_, name, fallback)).value_or(fallback);
    }

    std::string label()
    {
        const std::string given = with_process_id(text("label"), id_);
        if (given.empty())
            return {};
        return taken(file_label(given)).value_or("");
    }

    /// Never the root itself, where other processes have their files.
    std::string dir()
    {
        std::string dir = taken(dir_below_root(with_process_id(text("dir"), id_))).value_or("");
        if (dir.empty())
            fail("'dir' is needed: the folder for the files, as /results/{processid}");
        return dir;
    }

    /// The entry `name` within this one, or an empty one.
    Object inner(std::string_view name)
    {
        const Value* value = option(fields_, name);
        if (value == nullptr)
            return {};
        if (const auto* table = value->get<Object>())
            return *table;
        fail("'" + std::string{name} + "' must be a table, not " + std::string{value->type_name()});
        return {};
    }

    /// A slip in a name is not to be taken for nothing said.
    void has_only(const std::vector<std::string>& names)
    {
        for (const Member& member : fields_) {
            if (std::ranges::find(names, member.name) != names.end())
                continue;
            const auto near = nearest(member.name, names);
            fail("there is no '" + printable(member.name) + "'" +
                 (near ? " (did you mean '" + *near + "'?)" : ", only " + listed(names)));
        }
    }

    void fail(std::string message)
    {
        if (!failure_)
            failure_ = Failure{Errc::bad_arguments, place_ + ": " + std::move(message)};
    }

    const std::string& place() const { return place_; }
    const std::optional<Failure>& failure() const { return failure_; }

    /// What went wrong in a part of this one.
    void take(const Entry& part)
    {
        if (!failure_ && part.failure())
            failure_ = part.failure();
    }

private:
    template <class T> std::optional<T> taken(Result<T> result)
    {
        if (result.has_value())
            return std::move(*result);
        fail(result.error().message);
        return {};
    }

    const Object& fields_;
    std::string place_;
    std::string_view id_;
    std::optional<Failure> failure_;
};

SnapshotMount snapshot_in(Entry& entry)
{
    SnapshotMount mount;
    mount.snapshot = entry.text("snapshotid");
    mount.label = entry.label();
    mount.dir = entry.dir();
    mount.keep_files = entry.flag("keepfiles", false);
    // Published examples have the other spelling.
    mount.keep_snapshot = entry.flag("keepsnapshot", false) || entry.flag("keepsnaphot", false);
    if (mount.snapshot.empty())
        entry.fail("'snapshotid' is needed: the id of a snapshot of the colony");
    if (mount.snapshot.starts_with('{'))
        entry.fail("'snapshotid' is still '" + mount.snapshot +
                   "': the snapshot is made, and its id filled in, by who submits");
    return mount;
}

FolderMount folder_in(Entry& entry, std::string_view id)
{
    entry.has_only({"label", "dir", "keepfiles", "onconflicts"});
    FolderMount mount;
    mount.label = entry.label();
    mount.dir = entry.dir();
    mount.keep_files = entry.flag("keepfiles", false);
    const Object conflicts = entry.inner("onconflicts");
    Entry both{conflicts, entry.place(), id};
    const Object on_start = both.inner("onstart");
    const Object on_close = both.inner("onclose");
    Entry start{on_start, entry.place(), id};
    Entry close{on_close, entry.place(), id};
    both.has_only({"onstart", "onclose"});
    start.has_only({"keeplocal"});
    close.has_only({"keeplocal", "onfailure"});
    mount.keep_local_on_start = start.flag("keeplocal", false);
    mount.keep_local_on_close = close.flag("keeplocal", true); // results win, where nothing is said
    mount.on_failure = close.flag("onfailure", false);
    for (const Entry* part : {&both, &start, &close})
        entry.take(*part);
    if (mount.label.empty())
        entry.fail("'label' is needed: the label of the colony's files that the dir is brought in line with");
    return mount;
}

/// Each table of a list, with its place in words.
template <class Take>
Result<void> for_each_entry(const Value* list, std::string_view name, std::string_view id, Take take)
{
    if (list == nullptr || list->is_null())
        return {};
    const auto* entries = list->get<Array>();
    if (entries == nullptr && has_entries(list))
        return Failure{Errc::bad_arguments, "'" + std::string{name} + "' must be a list"};
    if (entries == nullptr)
        return {};
    for (std::size_t i = 0; i < entries->size(); ++i) {
        const std::string place = std::string{name} + "[" + std::to_string(i) + "]";
        const auto* fields = (*entries)[i].get<Object>();
        if (fields == nullptr)
            return Failure{Errc::bad_arguments, place + " must be a table"};
        Entry entry{*fields, place, id};
        take(entry);
        if (entry.failure())
            return *entry.failure();
    }
    return {};
}

Result<FileMounts> mounts_of_today(const Object& fs, std::string_view id)
{
    FileMounts mounts;
    Entry whole{fs, "fs", id};
    whole.has_only({"mount", "snapshots", "dirs"});
    if (whole.failure())
        return *whole.failure();
    auto mount = text_option(fs, "mount");
    if (!mount)
        return Failure{Errc::bad_arguments, "fs: " + mount.error().message};
    mounts.mount = mount->value_or("");
    auto read = for_each_entry(fs.find("snapshots"), "fs.snapshots", id, [&](Entry& entry) {
        entry.has_only({"snapshotid", "label", "dir", "keepfiles", "keepsnapshot", "keepsnaphot"});
        mounts.snapshots.push_back(snapshot_in(entry));
    });
    if (!read)
        return read.error();
    read = for_each_entry(fs.find("dirs"), "fs.dirs", id,
                          [&](Entry& entry) { mounts.folders.push_back(folder_in(entry, id)); });
    if (!read)
        return read.error();
    return mounts;
}

// An entry may be both: files as they were once before, and what became of them after.
Result<FileMounts> mounts_of_2023(const Array& fs, std::string_view id)
{
    FileMounts mounts;
    const Value list{fs};
    const auto read = for_each_entry(&list, "fs", id, [&](Entry& entry) {
        entry.has_only(
            {"label", "dir", "snapshotid", "sync_on_completion", "keepfiles", "keepsnapshot", "keepsnaphot"});
        const std::string label = entry.label();
        if (const std::string snapshot = entry.text("snapshotid"); !snapshot.empty())
            mounts.snapshots.push_back(snapshot_in(entry));
        if (!entry.flag("sync_on_completion", false))
            return;
        FolderMount folder;
        folder.label = label;
        folder.dir = entry.dir();
        folder.keep_files = true;
        folder.on_start = false;
        if (label.empty())
            entry.fail("'label' is needed where 'sync_on_completion' is set");
        mounts.folders.push_back(std::move(folder));
    });
    if (!read)
        return read.error();
    // That executor never removed a local file.
    for (SnapshotMount& snapshot : mounts.snapshots)
        snapshot.keep_files = true;
    return mounts;
}

} // namespace

Result<FileMounts> file_mounts(const Value& fs, std::string_view id)
{
    if (fs.is_null())
        return FileMounts{};
    if (const auto* table = fs.get<Object>())
        return mounts_of_today(*table, id);
    if (const auto* list = fs.get<Array>())
        return mounts_of_2023(*list, id);
    return Failure{Errc::bad_arguments, "fs must be a table or a list, not " + std::string{fs.type_name()}};
}

bool wants_files(const Value& fs)
{
    const auto* table = fs.get<Object>();
    if (table == nullptr)
        return has_entries(&fs);
    return has_entries(table->find("snapshots")) || has_entries(table->find("dirs"));
}

Result<std::string> dir_below_root(std::string_view dir)
{
    std::string path;
    for (const std::string_view part : split(dir, '/')) {
        if (part.empty() || part == ".")
            continue;
        if (part == "..")
            return Failure{Errc::bad_arguments, "the dir '" + tail(printable(dir), 80) +
                                                    "' leads out of the folder that processes have for files: it may "
                                                    "hold no '..'"};
        if (const auto wrong = wrong_file_name(part))
            return Failure{Errc::bad_arguments, "the dir '" + tail(printable(dir), 80) + "' has a part that " + *wrong};
        path += (path.empty() ? "" : "/") + std::string{part};
    }
    return path;
}

std::string with_process_id(std::string text, std::string_view id)
{
    constexpr std::string_view mark = "{processid}";
    if (const auto place = text.find(mark); place != text.npos)
        text.replace(place, mark.size(), id);
    return text;
}

} // namespace forager
