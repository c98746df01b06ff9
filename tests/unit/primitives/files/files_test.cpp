#include "primitives/files/files.hpp"

#include "run.hpp"
#include "small_disk.hpp"
#include "temp_folder.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <filesystem>

#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace forager;
namespace fs = std::filesystem;

namespace {

struct World {
    boost::asio::io_context context{1}; // outlives the pool: its threads still hold it when the last answer is there
    BlockingPool pool;
    Files files{pool};
    test::TempFolder folder;

    std::string at(std::string_view name) const { return folder.at(name); }

    /// Nothing but these names may be left: no temporary file either.
    void holds(std::vector<std::string> names) const { CHECK(*blocking::list(folder.path()) == names); }

    template <class T> T good(boost::asio::awaitable<Result<T>> work)
    {
        auto result = test::run(context, std::move(work));
        REQUIRE_MESSAGE(result.has_value(), result.error().message);
        return *std::move(result);
    }

    void good(boost::asio::awaitable<Result<void>> work)
    {
        const auto result = test::run(context, std::move(work));
        REQUIRE_MESSAGE(result.has_value(), result.error().message);
    }

    template <class T> Failure bad(boost::asio::awaitable<Result<T>> work)
    {
        const auto result = test::run(context, std::move(work));
        REQUIRE_FALSE(result.has_value());
        return result.error();
    }
};

WriteOptions with_mode(mode_t mode)
{
    WriteOptions options;
    options.mode = mode;
    return options;
}

WriteOptions appending()
{
    WriteOptions options;
    options.append = true;
    return options;
}

WriteOptions exclusive()
{
    WriteOptions options;
    options.exclusive = true;
    return options;
}

} // namespace

TEST_CASE("what was written is read, whatever bytes it and its name have")
{
    World w;
    const std::string bytes{"a\0b\xff\n", 5};
    const std::string name = w.at("n\xff\n é");
    w.good(w.files.write(name, bytes));
    CHECK(w.good(w.files.read(name)) == bytes);
    CHECK(w.good(w.files.list(w.folder.path())) == std::vector<std::string>{"n\xff\n é"});
    w.good(w.files.write(w.at("empty"), ""));
    CHECK(w.good(w.files.read(w.at("empty"))) == "");
    CHECK(w.good(w.files.read("/proc/self/status")).starts_with("Name:"));
}

TEST_CASE("reading fails with a sentence that names the path")
{
    World w;
    CHECK(w.bad(w.files.read(w.at("none"))).code == Errc::not_found);
    CHECK(w.bad(w.files.read(w.at("none"))).message ==
          "cannot read '" + w.at("none") + "': no such file or directory.");
    CHECK(w.bad(w.files.read(w.folder.path())).message == "cannot read '" + w.folder.path() + "': it is a folder.");
    CHECK(w.bad(w.files.read("/dev/zero")).message == "cannot read '/dev/zero': it is a device.");
    CHECK(w.bad(w.files.read("")).code == Errc::bad_arguments);
    CHECK(w.bad(w.files.read(std::string{"a\0b", 3})).message ==
          "cannot read 'a\\x00b': a path cannot hold a NUL byte.");
    REQUIRE(::mkfifo(w.at("fifo").c_str(), 0600) == 0);
    CHECK(w.bad(w.files.read(w.at("fifo"))).code == Errc::refused);
    w.folder.write("big", std::string(2048, 'x'));
    CHECK(w.bad(w.files.read(w.at("big"), 2047)).code == Errc::limit);
    CHECK(w.bad(w.files.read(w.at("big"), 1024)).message ==
          "cannot read '" + w.at("big") + "': it is larger than the limit of 1 KB.");
    CHECK(w.good(w.files.read(w.at("big"), 2048)).size() == 2048);
    CHECK(w.bad(w.files.read("/proc/self/status", 10)).code == Errc::limit);
}

TEST_CASE("what the caller may not read is refused")
{
    World w;
    w.folder.write("closed", "secret");
    ::chmod(w.at("closed").c_str(), 0);
    // Root may read everything; another file system identity of this thread may not.
    ::setfsuid(65534);
    const auto result = blocking::read(w.at("closed"), 10);
    ::setfsuid(::geteuid());
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Errc::refused);
    CHECK(result.error().message == "cannot read '" + w.at("closed") + "': permission denied.");
}

TEST_CASE("writing replaces a file in one step and keeps its permissions")
{
    World w;
    w.good(w.files.write(w.at("a"), "old", with_mode(0640)));
    w.good(w.files.write(w.at("a"), "new"));
    CHECK(w.good(w.files.status(w.at("a")))->mode == 0640);
    CHECK(w.folder.read("a") == "new");
    fs::create_symlink("a", w.at("link"));
    w.good(w.files.write(w.at("link"), "through"));
    CHECK(fs::is_symlink(w.at("link")));
    CHECK(w.folder.read("a") == "through");
    w.holds({"a", "link"});
}

TEST_CASE("appending adds at the end, and exclusive writing replaces nothing")
{
    World w;
    w.good(w.files.write(w.at("log"), "1", appending()));
    w.good(w.files.write(w.at("log"), "2", appending()));
    CHECK(w.folder.read("log") == "12");
    const Failure failure = w.bad(w.files.write(w.at("log"), "3", exclusive()));
    CHECK(failure.code == Errc::refused);
    CHECK(failure.message == "cannot write '" + w.at("log") + "': file exists.");
    w.good(w.files.write(w.at("new"), "3", exclusive()));
    CHECK(w.folder.read("log") == "12");
    w.holds({"log", "new"});
}

TEST_CASE("what is no file is not written over")
{
    World w;
    CHECK(w.bad(w.files.write(w.folder.path(), "x")).message.ends_with(": it is a folder."));
    CHECK(w.bad(w.files.write("/dev/null", "x")).message == "cannot write '/dev/null': it is a device.");
    CHECK(w.bad(w.files.write("/dev/null", "x", appending())).code == Errc::refused);
    CHECK(w.bad(w.files.write(w.at("no/a"), "x")).message ==
          "cannot write '" + w.at("no/a") + "': there is no folder '" + w.at("no") + "'.");
    fs::create_symlink("loop", w.at("loop"));
    CHECK(w.bad(w.files.write(w.at("loop"), "x")).code == Errc::refused);
    w.holds({"loop"});
}

TEST_CASE("on a full disk nothing is lost and nothing is left")
{
    World w;
    const std::string big(1024 * 1024, 'x');
    w.folder.write("big", big);
    const test::SmallDisk disk{w.at("disk")};
    World after_mount; // its threads see the disk
    Files& files = after_mount.files;
    after_mount.good(files.write(disk.at("a"), "old"));
    const Failure failure = after_mount.bad(files.write(disk.at("a"), big));
    CHECK(failure.code == Errc::limit);
    CHECK(failure.message.starts_with("cannot write '" + disk.at("a") + "': " + std::string{disk.words()}));
    CHECK(after_mount.bad(files.write(disk.at("a"), big, appending())).code == Errc::limit);
    CHECK(after_mount.good(files.read(disk.at("a"))) == "old");
    CHECK(after_mount.bad(files.copy(w.at("big"), disk.at("b"))).code == Errc::limit);
    CHECK(after_mount.good(files.list(disk.path())) == std::vector<std::string>{"a"});
}

TEST_CASE("a tree is copied with its links and permissions")
{
    World w;
    w.folder.write("from/a", "1");
    w.folder.write("from/deep/b", "2");
    fs::create_symlink("../a", w.at("from/deep/link"));
    ::chmod(w.at("from/a").c_str(), 0600);
    ::chmod(w.at("from/deep").c_str(), 0750);
    w.good(w.files.copy(w.at("from"), w.at("to")));
    CHECK(w.folder.read("to/deep/b") == "2");
    CHECK(fs::read_symlink(w.at("to/deep/link")) == "../a");
    CHECK(w.good(w.files.status(w.at("to/a")))->mode == 0600);
    CHECK(w.good(w.files.status(w.at("to/deep")))->mode == 0750);
    w.folder.write("to/own", "kept");
    w.good(w.files.copy(w.at("from"), w.at("to")));
    CHECK(w.folder.read("to/own") == "kept");
    CHECK(w.bad(w.files.copy(w.at("from"), w.at("from/deep/x"))).message.ends_with("a folder cannot hold itself."));
    CHECK(w.bad(w.files.copy(w.at("none"), w.at("x"))).code == Errc::not_found);
    CHECK(w.bad(w.files.copy(w.at("from/a"), w.at("to/deep"))).code == Errc::refused);
    CopyOptions careful;
    careful.overwrite = false;
    CHECK(w.bad(w.files.copy(w.at("from/a"), w.at("to/a"), careful)).message.ends_with("the target is there already."));
    CHECK(w.bad(w.files.move(w.at("from/a"), w.at("to/a"), careful)).code == Errc::refused);
    ::mkfifo(w.at("from/pipe").c_str(), 0600);
    CHECK(w.bad(w.files.copy(w.at("from"), w.at("third"))).message.ends_with("is a pipe."));
}

TEST_CASE("moving renames, onto another disk as well")
{
    World w;
    w.folder.write("tree/a", "1");
    fs::create_symlink("a", w.at("tree/link"));
    w.good(w.files.move(w.at("tree"), w.at("moved")));
    CHECK(w.folder.read("moved/a") == "1");
    w.holds({"moved"});
    CHECK(w.bad(w.files.move(w.at("none"), w.at("x"))).code == Errc::not_found);
    CHECK(w.bad(w.files.move(w.at("moved"), w.at("no/x"))).message.find("there is no folder") != std::string::npos);
    CHECK(w.bad(w.files.move(w.at("moved"), w.at("moved/x"))).code == Errc::bad_arguments);
    struct stat here{};
    struct stat there{};
    if (::stat(w.folder.path().c_str(), &here) != 0 || ::stat("/dev/shm", &there) != 0 || here.st_dev == there.st_dev)
        return;
    const std::string other = "/dev/shm/" + fs::path{w.folder.path()}.filename().string();
    w.good(w.files.move(w.at("moved"), other));
    CHECK(w.good(w.files.read(other + "/link")) == "1");
    w.holds({});
    w.good(w.files.move(other, w.at("back")));
    CHECK_FALSE(w.good(w.files.exists(other)));
    CHECK(w.folder.read("back/a") == "1");
}

TEST_CASE("removing takes a tree only when it is asked to, and never the root")
{
    World w;
    w.folder.write("tree/a", "1");
    w.folder.write("kept", "1");
    fs::create_symlink(w.at("kept"), w.at("tree/link"));
    RemoveOptions all;
    all.tree = true;
    CHECK(w.bad(w.files.remove(w.at("tree"))).message.find("is not empty") != std::string::npos);
    CHECK(w.good(w.files.remove(w.at("tree"), all)));
    CHECK_FALSE(w.good(w.files.remove(w.at("tree"), all)));
    CHECK(w.folder.read("kept") == "1");
    for (const char* path : {"/", "//", "/.", "/tmp/..", "", ".", "..", "/proc/self/root/"})
        CHECK_FALSE(test::run(w.context, w.files.remove(path, all)).has_value());
    fs::create_symlink("/", w.at("root"));
    CHECK(w.good(w.files.remove(w.at("root"), all)));
    w.holds({"kept"});
}

TEST_CASE("folders are made with those above them")
{
    World w;
    CHECK(w.good(w.files.make_folder(w.at("a/b/c/"))));
    CHECK_FALSE(w.good(w.files.make_folder(w.at("a/b/c"))));
    FolderOptions alone;
    alone.parents = false;
    CHECK(w.bad(w.files.make_folder(w.at("x/y"), alone)).code == Errc::not_found);
    CHECK(w.bad(w.files.make_folder(w.at("a"), alone)).code == Errc::refused);
    w.folder.write("file", "");
    CHECK(w.bad(w.files.make_folder(w.at("file/x"))).message.starts_with("cannot make the folder"));
    CHECK(w.bad(w.files.list(w.at("file"))).code == Errc::not_found);
}

TEST_CASE("the status says what is there, and nothing where nothing is")
{
    World w;
    w.folder.write("file", "1234");
    fs::create_symlink("none", w.at("broken"));
    fs::create_symlink("file", w.at("link"));
    const auto file = w.good(w.files.status(w.at("link")));
    CHECK(file->size == 4);
    CHECK(file->type == "file");
    CHECK(file->modified > 1.0e9);
    CHECK(w.good(w.files.status(w.folder.path()))->type == "folder");
    CHECK(w.good(w.files.status(w.at("broken")))->type == "link");
    CHECK(w.good(w.files.status("/dev/null"))->type == "device");
    CHECK_FALSE(w.good(w.files.status(w.at("none"))).has_value());
    CHECK_FALSE(w.good(w.files.exists(w.at("file/below"))));
    CHECK(w.good(w.files.exists(w.at("file"))));
}

TEST_CASE("files are found by a pattern of their path, sorted, without hidden ones")
{
    World w;
    for (const char* name : {"b.txt", "a.txt", "c.log", ".hidden.txt", "d/x.txt", "d/e/y.txt", ".h/z.txt", "d/[q].txt"})
        w.folder.write(name, "");
    fs::create_directory_symlink("..", w.at("d/up"));
    const auto found = [&](std::string_view pattern) {
        std::string names;
        for (const std::string& path : w.good(w.files.glob(w.at(pattern))))
            names += path.substr(w.folder.path().size() + 1) + " ";
        return names;
    };
    CHECK(found("*.txt") == "a.txt b.txt ");
    CHECK(found("**/*.txt") == "a.txt b.txt d/[q].txt d/e/y.txt d/x.txt ");
    CHECK(found("**/y.txt") == "d/e/y.txt ");
    CHECK(found("d/**") == "d/[q].txt d/e d/e/y.txt d/up d/x.txt ");
    CHECK(found("**/**/y.*") == "d/e/y.txt ");
    CHECK(found("?.[kl]og") == "c.log ");
    CHECK(found(".h*/*") == ".h/z.txt ");
    CHECK(found("*/") == "d/ ");
    CHECK(found("d/\\[q\\].txt") == "d/[q].txt ");
    CHECK(found("none*") == "");
    CHECK(found("a.txt") == "a.txt ");
    CHECK(w.bad(w.files.glob("")).code == Errc::bad_arguments);
}

TEST_CASE("temporary files and folders are new, and for their owner alone")
{
    World w;
    const std::string file = w.good(w.files.temp_file("forager-test-"));
    const std::string folder = w.good(w.files.temp_folder("forager-test-"));
    CHECK(w.good(w.files.status(file))->mode == 0600);
    CHECK(w.good(w.files.status(folder))->mode == 0700);
    CHECK(w.good(w.files.remove(file)));
    CHECK(w.good(w.files.remove(folder)));
    CHECK(w.bad(w.files.temp_file("../x")).code == Errc::bad_arguments);
}

TEST_CASE("the checksum of a file comes as digits")
{
    World w;
    w.folder.write("a", "abc");
    CHECK(w.good(w.files.hash(w.at("a"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(w.good(w.files.hash(w.at("a"), "md5")) == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(w.bad(w.files.hash(w.at("a"), "crc")).message.find("there is no checksum 'crc'") == 0);
    CHECK(w.bad(w.files.hash(w.at("none"))).code == Errc::not_found);
}

TEST_CASE("cancelling ends long work on files")
{
    World w;
    w.folder.write("huge", "");
    fs::resize_file(w.at("huge"), std::uintmax_t{1} << 40); // a hole: it takes no room, and hours to read
    boost::asio::cancellation_signal cancel;
    std::exception_ptr thrown;
    boost::asio::co_spawn(w.context, w.files.copy(w.at("huge"), w.at("copy")),
                          boost::asio::bind_cancellation_slot(
                              cancel.slot(), [&](std::exception_ptr error, const Result<void>&) { thrown = error; }));
    boost::asio::post(w.context, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
    w.context.run();
    REQUIRE(thrown != nullptr);
    CHECK_THROWS_AS(std::rethrow_exception(thrown), boost::system::system_error);
    w.holds({"huge"});
}
