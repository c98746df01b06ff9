#include "io/file_events.hpp"

#include "result_text.hpp"
#include "strand.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

using namespace forager;
using namespace forager::test;
namespace fs = std::filesystem;

namespace {

class Listener {
public:
    explicit Listener(const std::string& folder) { REQUIRE(events->watch(folder).value()); }

    // Takes until a change of this name has come.
    bool hears(const std::string& name, bool gone = false)
    {
        return strand.turn_until([&] {
            if (ready) {
                ready = false;
                FileEvents::News news = events->take();
                lost |= news.lost;
                changes.insert(changes.end(), news.changes.begin(), news.changes.end());
            }
            return lost || std::ranges::any_of(changes, [&](const FileChange& change) {
                       return change.name == name && change.gone == gone;
                   });
        });
    }

    Strand strand;
    bool ready = false;
    bool lost = false;
    std::unique_ptr<FileEvents> events = FileEvents::open(strand.executor(), [this] { ready = true; }).value();
    std::vector<FileChange> changes;
};

} // namespace

TEST_CASE("files that come, change and go are told with their folder")
{
    const TempFolder folder;
    Listener listener{folder.path()};
    folder.write("a", "one");
    CHECK(listener.hears("a"));
    CHECK(listener.changes.front().folder == folder.path());
    fs::rename(folder.at("a"), folder.at("b"));
    CHECK(listener.hears("a", true));
    CHECK(listener.hears("b"));
}

TEST_CASE("a folder that is replaced is watched anew, and one that goes is told")
{
    const TempFolder folder;
    fs::create_directory(folder.at("in"));
    Listener listener{folder.at("in")};
    CHECK_FALSE(listener.events->watch(folder.at("in")).value());
    fs::rename(folder.at("in"), folder.at("old"));
    fs::create_directory(folder.at("in"));
    CHECK(listener.hears("", true));
    CHECK(listener.events->watch(folder.at("in")).value());
    listener.changes.clear();
    folder.write("old/stale", "");
    folder.write("in/fresh", "");
    CHECK(listener.hears("fresh"));
    CHECK(std::ranges::none_of(listener.changes, [](const FileChange& change) { return change.name == "stale"; }));
}

TEST_CASE("two paths to one folder are both told, and one may be dropped")
{
    const TempFolder folder;
    fs::create_directory(folder.at("in"));
    fs::create_directory_symlink(folder.at("in"), folder.at("link"));
    Listener listener{folder.at("in")};
    CHECK(listener.events->watch(folder.at("link")).value());
    folder.write("in/a", "");
    CHECK(listener.hears("a"));
    const auto from = [&](const std::string& path) {
        return std::ranges::count_if(listener.changes, [&](const FileChange& change) { return change.folder == path; });
    };
    CHECK(from(folder.at("in")) == from(folder.at("link")));
    listener.events->keep_only({folder.at("link")});
    listener.changes.clear();
    folder.write("in/b", "");
    CHECK(listener.hears("b"));
    CHECK(from(folder.at("in")) == 0);
    CHECK(from(folder.at("link")) > 0);
}

TEST_CASE("more changes than the kernel keeps are told as lost")
{
    const TempFolder folder;
    Listener listener{folder.path()};
    for (int i = 0; i < 20'000 && !listener.lost; ++i) {
        folder.write("a", "");
        fs::remove(folder.at("a"));
    }
    CHECK(listener.hears("never"));
    CHECK(listener.lost);
}

TEST_CASE("what cannot be watched is refused by name")
{
    const TempFolder folder;
    Listener listener{folder.path()};
    const auto missing = listener.events->watch(folder.at("missing"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == Errc::not_found);
    CHECK(missing.error().message.find("missing") != std::string::npos);
    folder.write("file", "");
    CHECK_FALSE(listener.events->watch(folder.at("file")));
}
