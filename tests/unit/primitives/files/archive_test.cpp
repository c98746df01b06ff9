#include "primitives/files/archive.hpp"

#include "primitives/files/tree.hpp"
#include "small_disk.hpp"
#include "temp_folder.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include <sys/stat.h>

using namespace forager;
namespace fs = std::filesystem;

namespace {

const Stop never{false};

template <class T> T good(Result<T> result)
{
    REQUIRE_MESSAGE(result.has_value(), result.error().message);
    return *std::move(result);
}

template <class T> Failure bad(const Result<T>& result)
{
    REQUIRE_FALSE(result.has_value());
    return result.error();
}

Archive packed(const std::string& path, const std::vector<std::string>& sources, const ArchiveOptions& options = {})
{
    return good(blocking::create_archive(path, sources, options, never));
}

Result<Extracted> unpack(const std::string& path, const std::string& folder, const ExtractOptions& options = {})
{
    return blocking::extract_archive(path, folder, options, never);
}

std::string names_in(const std::string& path)
{
    std::string names;
    for (const ArchiveEntry& entry : good(blocking::list_archive(path, never)))
        names += entry.name + " ";
    return names;
}

// One entry of an archive that nobody well-meaning would write.
struct Entry {
    std::string name;
    mode_t type = AE_IFREG;
    std::string target = {};   ///< of a symbolic link
    std::string hardlink = {}; ///< of a hard link
    std::string content = "x";
};

std::string crafted(const std::string& path, const std::vector<Entry>& entries)
{
    archive* const handle = archive_write_new();
    archive_write_set_format_gnutar(handle);
    archive_write_open_filename(handle, path.c_str());
    for (const Entry& made : entries) {
        archive_entry* const entry = archive_entry_new();
        archive_entry_set_pathname(entry, made.name.c_str());
        archive_entry_set_filetype(entry, made.type);
        archive_entry_set_perm(entry, 0755);
        archive_entry_set_size(entry, made.type == AE_IFREG ? static_cast<la_int64_t>(made.content.size()) : 0);
        if (!made.target.empty())
            archive_entry_set_symlink(entry, made.target.c_str());
        if (!made.hardlink.empty()) {
            archive_entry_set_hardlink(entry, made.hardlink.c_str());
            archive_entry_set_size(entry, 0);
        }
        archive_write_header(handle, entry);
        if (made.type == AE_IFREG && made.hardlink.empty())
            archive_write_data(handle, made.content.data(), made.content.size());
        archive_entry_free(entry);
    }
    archive_write_free(handle);
    return path;
}

} // namespace

TEST_CASE("what was packed comes back, in every format, whatever its names are")
{
    const test::TempFolder folder;
    const std::string binary = "raw \xff\xfe";
    folder.write("in/é 漢.txt", "text");
    folder.write("in/deep/er/big", std::string(1'000'000, 'b'));
    folder.write("in/empty", "");
    fs::create_directories(folder.at("in/nothing"));
    fs::create_symlink("../empty", folder.at("in/deep/link"));
    ::chmod(folder.at("in/empty").c_str(), 0700);
    folder.write("in/" + std::string(200, 'n') + "/" + std::string(200, 'm'), "long");
    for (const std::string format : {"tar", "tar.gz", "tar.zst", "zip"}) {
        CAPTURE(format);
        if (format != "zip")
            folder.write("in/" + binary, "binary");
        else
            fs::remove(folder.at("in/" + binary));
        const std::string path = folder.at("out." + format);
        const Archive made = packed(path, {folder.at("in")});
        CHECK(made.path == path);
        CHECK(made.size == fs::file_size(path));
        CHECK(made.entries == good(blocking::list_archive(path, never)).size());
        const std::string to = "back-" + format;
        CHECK(good(unpack(path, folder.at(to))).entries == made.entries);
        CHECK(folder.read(to + "/in/é 漢.txt") == "text");
        CHECK(folder.read(to + "/in/deep/er/big") == std::string(1'000'000, 'b'));
        CHECK(folder.read(to + "/in/" + std::string(200, 'n') + "/" + std::string(200, 'm')) == "long");
        CHECK(fs::read_symlink(folder.at(to + "/in/deep/link")) == "../empty");
        CHECK(fs::is_directory(folder.at(to + "/in/nothing")));
        CHECK(good(blocking::status(folder.at(to + "/in/empty")))->mode == 0700);
        CHECK(fs::last_write_time(folder.at(to + "/in/empty")) <= fs::last_write_time(folder.at("in/empty")));
        if (format != "zip")
            CHECK(folder.read(to + "/in/" + binary) == "binary");
    }
}

TEST_CASE("names in an archive are relative, sorted, and begin where the caller says")
{
    const test::TempFolder folder;
    for (const char* name : {"data/b/2", "data/a/1", "data/c"})
        folder.write(name, "");
    packed(folder.at("x.tar"), {folder.at("data/c"), folder.at("data/a")});
    CHECK(names_in(folder.at("x.tar")) == "a/ a/1 c ");
    ArchiveOptions based;
    based.base = folder.path();
    based.format = "zip";
    packed(folder.at("x.bin"), {folder.at("data/b"), folder.at("data/c")}, based);
    CHECK(names_in(folder.at("x.bin")) == "data/b/ data/b/2 data/c ");
    based.base = folder.at("data/b");
    CHECK(bad(blocking::create_archive(folder.at("y.tar"), {folder.at("data/c")}, based, never)).code ==
          Errc::bad_arguments);
}

TEST_CASE("the same files make the same archive")
{
    const test::TempFolder folder;
    folder.write("in/a", "1");
    folder.write("in/b", "2");
    for (const char* suffix : {".tar.gz", ".tar.zst", ".zip"}) {
        packed(folder.at("one") + suffix, {folder.at("in")});
        packed(folder.at("two") + suffix, {folder.at("in")});
        CHECK(folder.read(std::string{"one"} + suffix) == folder.read(std::string{"two"} + suffix));
    }
}

TEST_CASE("an archive inside of what it packs does not hold itself, and special files are counted")
{
    const test::TempFolder folder;
    folder.write("a", "1");
    ::mkfifo(folder.at("pipe").c_str(), 0600);
    const Archive made = packed(folder.at("self.tgz"), {folder.path()});
    CHECK(made.entries == 2);
    CHECK(made.skipped == 1);
}

TEST_CASE("an archive that cannot be made leaves nothing behind")
{
    const test::TempFolder folder;
    folder.write("in/a", "1");
    const auto make = [&](const std::string& name, const std::vector<std::string>& sources) {
        return bad(blocking::create_archive(folder.at(name), sources, {}, never));
    };
    CHECK(make("x.rar", {folder.at("in")}).message.find("its name must end with .tar.gz") != std::string::npos);
    CHECK(make("x.tar", {}).code == Errc::bad_arguments);
    CHECK(make("x.tar", {folder.at("none")}).code == Errc::not_found);
    CHECK(make("x.tar", {folder.at("in"), folder.at("in")}).message.find("has an entry 'in' already") !=
          std::string::npos);
    const Stop stop{true};
    CHECK(bad(blocking::create_archive(folder.at("x.tar"), {folder.at("in")}, {}, stop)).code == Errc::cancelled);
    CHECK(good(blocking::list(folder.path())) == std::vector<std::string>{"in"});
}

TEST_CASE("a full disk ends packing and unpacking cleanly")
{
    const test::TempFolder folder;
    folder.write("in/big", std::string(1024 * 1024, 'x'));
    packed(folder.at("good.tar.gz"), {folder.at("in")});
    const test::SmallDisk disk{folder.at("disk")};
    const Failure failure = bad(blocking::create_archive(disk.at("x.tar"), {folder.at("in")}, {}, never));
    CHECK(failure.code == Errc::limit);
    CHECK(failure.message.find(disk.words()) != std::string::npos);
    CHECK(bad(unpack(folder.at("good.tar.gz"), disk.at("out"))).code == Errc::limit);
    CHECK(good(blocking::list(disk.path())).empty());
}

TEST_CASE("an archive cannot write outside of its folder")
{
    const test::TempFolder folder;
    folder.write("outside/secret", "secret");
    const std::string secret = folder.at("outside/secret");
    const std::vector<std::vector<Entry>> archives = {
        {{.name = "../evil"}},
        {{.name = "a/../../evil"}},
        {{.name = "/tmp/forager-evil"}},
        {{.name = "link", .type = AE_IFLNK, .target = folder.at("outside")}, {.name = "link/evil"}},
        {{.name = "link", .type = AE_IFLNK, .target = "../outside"}, {.name = "link/evil"}},
        {{.name = "link", .type = AE_IFLNK, .target = "a/../../outside"}},
        {{.name = "a/link", .type = AE_IFLNK, .target = "../../outside"}},
        {{.name = "inner", .type = AE_IFLNK, .target = "."}, {.name = "inner/x"}},
        {{.name = "hard", .hardlink = secret}},
        {{.name = "hard", .hardlink = "../outside/secret"}},
        {{.name = "pipe", .type = AE_IFIFO}},
        {{.name = "device", .type = AE_IFCHR}},
        {{.name = "good"}, {.name = "new/good"}, {.name = "../evil"}},
    };
    for (std::size_t i = 0; i < archives.size(); ++i) {
        CAPTURE(i);
        const Failure failure = bad(unpack(crafted(folder.at("x.tar"), archives[i]), folder.at("to")));
        CHECK(failure.code == Errc::refused);
        CHECK(failure.message.starts_with("cannot extract '" + folder.at("x.tar") + "': its entry '"));
        // What was made before the refusal is gone as well.
        CHECK(good(blocking::list(folder.path())) == std::vector<std::string>{"outside", "x.tar"});
        CHECK(good(blocking::list(folder.at("outside"))) == std::vector<std::string>{"secret"});
    }
    CHECK_FALSE(fs::exists("/tmp/forager-evil"));
}

TEST_CASE("links that stay inside are unpacked")
{
    const test::TempFolder folder;
    crafted(folder.at("x.tar"), {{.name = "./d/file"},
                                 {.name = "d/e/link", .type = AE_IFLNK, .target = "../file"},
                                 {.name = "hard", .hardlink = "d/file"}});
    good(unpack(folder.at("x.tar"), folder.at("to")));
    CHECK(folder.read("to/d/e/link") == "x");
    CHECK(fs::hard_link_count(folder.at("to/hard")) == 2);
}

TEST_CASE("a link that is there already does not lead an archive outside")
{
    const test::TempFolder folder;
    fs::create_directories(folder.at("outside"));
    fs::create_directories(folder.at("to"));
    fs::create_directory_symlink("../outside", folder.at("to/link"));
    CHECK(bad(unpack(crafted(folder.at("x.tar"), {{.name = "link/evil"}}), folder.at("to"))).code == Errc::refused);
    CHECK(fs::is_empty(folder.at("outside")));
    CHECK(fs::is_symlink(folder.at("to/link")));
    fs::create_directory_symlink("to", folder.at("way"));
    good(unpack(crafted(folder.at("y.tar"), {{.name = "fine"}}), folder.at("way")));
    CHECK(folder.read("to/fine") == "x");
}

TEST_CASE("unpacking replaces files only when it is asked to")
{
    const test::TempFolder folder;
    folder.write("to/a", "mine");
    crafted(folder.at("x.tar"), {{.name = "b"}, {.name = "a"}});
    CHECK(bad(unpack(folder.at("x.tar"), folder.at("to")))
              .message.ends_with("its entry 'a' is refused, there is a file of that name already."));
    CHECK(folder.read("to/a") == "mine");
    CHECK(good(blocking::list(folder.at("to"))) == std::vector<std::string>{"a"});
    ExtractOptions options;
    options.overwrite = true;
    good(unpack(folder.at("x.tar"), folder.at("to"), options));
    CHECK(folder.read("to/a") == "x");
}

TEST_CASE("an archive that grows too large is given up and leaves nothing behind")
{
    const test::TempFolder folder;
    folder.write("in/zeros", std::string(3'000'000, '\0'));
    packed(folder.at("bomb.tar.gz"), {folder.at("in")});
    ExtractOptions options;
    options.most_bytes = 1024 * 1024;
    const Failure bytes = bad(unpack(folder.at("bomb.tar.gz"), folder.at("to/deep"), options));
    CHECK(bytes.code == Errc::limit);
    CHECK(bytes.message.ends_with("unpacked it is larger than the limit of 1 MB."));
    options.most_entries = 1;
    CHECK(bad(unpack(folder.at("bomb.tar.gz"), folder.at("to"), options)).message.ends_with("the limit of 1 entries."));
    CHECK_FALSE(fs::exists(folder.at("to")));
}

TEST_CASE("what is no archive, or a damaged one, is refused")
{
    const test::TempFolder folder;
    folder.write("in/a", std::string(100'000, 'x'));
    packed(folder.at("x.tar"), {folder.at("in")});
    fs::resize_file(folder.at("x.tar"), 50'000);
    folder.write("text", "no archive");
    CHECK(bad(unpack(folder.at("x.tar"), folder.at("to"))).code == Errc::refused);
    CHECK(bad(unpack(folder.at("text"), folder.at("to"))).code == Errc::refused);
    CHECK(bad(blocking::list_archive(folder.at("text"), never)).message.starts_with("cannot list the archive '"));
    CHECK(bad(unpack(folder.at("none"), folder.at("to"))).code == Errc::not_found);
    CHECK(bad(unpack(folder.path(), folder.at("to"))).message.ends_with("it is a folder."));
    CHECK_FALSE(fs::exists(folder.at("to")));
}
