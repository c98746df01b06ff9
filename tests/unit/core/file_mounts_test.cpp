#include "core/file_mounts.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;

namespace {

Value listed(Object entry)
{
    return Value{Array{Value{std::move(entry)}}};
}

FileMounts mounts(const Value& fs)
{
    return file_mounts(fs, "p1").value();
}

std::string refusal(const Value& fs)
{
    const auto read = file_mounts(fs, "p1");
    return read ? "taken" : read.error().message;
}

} // namespace

TEST_CASE("the form of today has snapshots and dirs, with the process's id in them once")
{
    const FileMounts read = mounts(Object{
        {"mount", "/cfs"},
        {"snapshots", listed({{"snapshotid", "s1"},
                              {"label", "/code"},
                              {"dir", "/code/{processid}/{processid}"},
                              {"keepfiles", true}})},
        {"dirs", listed({{"label", "/results/{processid}"},
                         {"dir", "/results"},
                         {"keepfiles", false},
                         {"onconflicts", Object{{"onstart", Object{{"keeplocal", true}}},
                                                {"onclose", Object{{"keeplocal", false}, {"onfailure", true}}}}}})}});
    CHECK(read.mount == "/cfs");
    REQUIRE(read.snapshots.size() == 1);
    CHECK(read.snapshots[0] == SnapshotMount{"s1", "/code", "code/p1/{processid}", true, false});
    REQUIRE(read.folders.size() == 1);
    CHECK(read.folders[0].label == "/results/p1");
    CHECK(read.folders[0].dir == "results");
    CHECK(read.folders[0].keep_local_on_start);
    CHECK_FALSE(read.folders[0].keep_local_on_close);
    CHECK(read.folders[0].on_failure);
}

TEST_CASE("results win on close where nothing is said, and what failed is not stored")
{
    const FileMounts read = mounts(Object{{"dirs", listed({{"label", "r"}, {"dir", "r"}})}});
    CHECK_FALSE(read.folders[0].keep_local_on_start);
    CHECK(read.folders[0].keep_local_on_close);
    CHECK_FALSE(read.folders[0].on_failure);
}

TEST_CASE("both spellings keep a snapshot")
{
    for (const char* spelling : {"keepsnapshot", "keepsnaphot"})
        CHECK(mounts(Object{{"snapshots", listed({{"snapshotid", "s"}, {"dir", "d"}, {spelling, true}})}})
                  .snapshots[0]
                  .keep_snapshot);
}

TEST_CASE("the list of 2023 is snapshots before, and folders after")
{
    const FileMounts read = mounts(Array{Value{Object{{"label", "/src"}, {"dir", "src"}, {"snapshotid", "s"}}},
                                         Value{Object{{"label", "/out"}, {"dir", "out"}, {"sync_on_completion", true}}},
                                         Value{Object{{"label", "/idle"}, {"dir", "idle"}}}});
    REQUIRE(read.snapshots.size() == 1);
    CHECK(read.snapshots[0] == SnapshotMount{"s", "/src", "src", true, false});
    REQUIRE(read.folders.size() == 1);
    CHECK(read.folders[0].label == "/out");
    CHECK_FALSE(read.folders[0].on_start);
    CHECK(read.folders[0].keep_local_on_close);
    CHECK(read.folders[0].keep_files);
}

TEST_CASE("a dir that leads out of the root is refused, and so is what no path can hold")
{
    CHECK(dir_below_root("/a//b/./c/").value() == "a/b/c");
    CHECK(dir_below_root("/").value().empty());
    for (const char* dir : {"/../../etc", "..", "a/../../b", "a/..", "a\nb"})
        CHECK(dir_below_root(dir).has_error());
    CHECK(
        refusal(Object{{"dirs", listed({{"label", "/l"}, {"dir", "/../../etc"}})}}).starts_with("fs.dirs[0]: the dir"));
    CHECK(
        refusal(Object{{"snapshots", listed({{"snapshotid", "s"}, {"dir", "../x"}})}}).starts_with("fs.snapshots[0]"));
}

TEST_CASE("what is wrong names its entry")
{
    CHECK(refusal(7) == "fs must be a table or a list, not integer");
    CHECK(refusal(Object{{"dirs", Value{Array{7}}}}) == "fs.dirs[0] must be a table");
    CHECK(refusal(Object{{"dirs", listed({{"dir", "d"}})}}).starts_with("fs.dirs[0]: 'label' is needed"));
    CHECK(refusal(Object{{"bogus", 1}}).starts_with("fs: there is no 'bogus'"));
    CHECK(refusal(Object{{"snapshots", listed({{"snapshotid", "s"}, {"dir", "d"}, {"sync_on_completion", true}})}})
              .starts_with("fs.snapshots[0]: there is no 'sync_on_completion'"));
    CHECK(refusal(Object{{"dirs", listed({{"label", "/l"}, {"dir", "d"}, {"keepfile", true}})}})
              .starts_with("fs.dirs[0]: there is no 'keepfile' (did you mean 'keepfiles'?)"));
    CHECK(refusal(Object{{"dirs", listed({{"label", "/l"},
                                          {"dir", "d"},
                                          {"onconflicts", Object{{"onclose", Object{{"keeplocl", true}}}}}})}})
              .find("did you mean 'keeplocal'") != std::string::npos);
    for (const char* root : {"", "/", "./"})
        CHECK(refusal(Object{{"dirs", listed({{"label", "/l"}, {"dir", root}})}})
                  .starts_with("fs.dirs[0]: 'dir' is needed"));
    CHECK(
        refusal(Object{{"snapshots", listed({{"snapshotid", "s"}})}}).starts_with("fs.snapshots[0]: 'dir' is needed"));
    CHECK(refusal(Array{Value{Object{{"label", "/l"}, {"sync_on_completion", true}}}})
              .starts_with("fs[0]: 'dir' is needed"));
    CHECK(refusal(Object{{"snapshots", listed({{"label", "/l"}, {"dir", "d"}})}})
              .starts_with("fs.snapshots[0]: 'snapshotid' is needed"));
    CHECK(
        refusal(Object{{"snapshots", listed({{"snapshotid", "{snapshotid}"}, {"dir", "d"}})}}).find("by who submits") !=
        std::string::npos);
    CHECK(refusal(Object{{"dirs", listed({{"label", "/l"}, {"dir", 3}})}}).find("'dir' must be a string") !=
          std::string::npos);
    CHECK(refusal(Object{{"dirs", listed({{"label", "/a/../b"}, {"dir", "d"}})}}).starts_with("fs.dirs[0]: the label"));
}

TEST_CASE("tables with nothing in them want nothing")
{
    for (const Value& fs : {Value{}, Value{Object{}}, Value{Array{}}, Value{Object{{"mount", "/cfs"}}},
                            Value{Object{{"snapshots", nullptr}, {"dirs", nullptr}}},
                            Value{Object{{"snapshots", Array{}}, {"dirs", Object{}}}}}) {
        CHECK_FALSE(wants_files(fs));
        CHECK(mounts(fs).empty());
    }
    CHECK(wants_files(Array{Value{Object{}}}));
    CHECK(wants_files(Object{{"dirs", listed({})}}));
}
