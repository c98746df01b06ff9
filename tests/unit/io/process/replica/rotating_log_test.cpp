#include "io/process/replica/rotating_log.hpp"

#include "io/process/replica/replica_folder.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace forager;
using namespace forager::test;

TEST_CASE("what is written is kept in its order, and gone on with")
{
    const TempFolder folder;
    RotatingLog{folder.path()}.write("one\n");
    RotatingLog{folder.path()}.write("two\n");
    CHECK(RotatingLog::content(folder.path()) == "one\ntwo\n");
}

TEST_CASE("of a long log the end is kept, and never more than twice its size")
{
    const TempFolder folder;
    RotatingLog log{folder.path(), 100};
    std::string all;
    for (int line = 0; line < 1000; ++line) {
        const std::string text = "line " + std::to_string(line) + "\n";
        log.write(text);
        all += text;
        std::uintmax_t size = 0;
        for (const auto& file : std::filesystem::directory_iterator{folder.path()})
            size += file.file_size();
        REQUIRE(size <= 200);
    }
    const std::string kept = RotatingLog::content(folder.path());
    CHECK(kept.size() > 100);
    CHECK(all.ends_with(kept));
}

TEST_CASE("a folder that is away holds nobody up")
{
    const TempFolder folder;
    RotatingLog log{folder.at("away"), 10};
    log.write("lost");
    log.write("lost, too");
    CHECK(RotatingLog::content(folder.at("away")).empty());
}

TEST_CASE("the last lines of a replica are whole ones")
{
    const TempFolder folder;
    const ReplicaFolder replica{folder.path()};
    folder.write("log/output", "one\ntwo\nthree\n");
    CHECK(replica.last_lines(2, 1000) == "two\nthree\n");
    CHECK(replica.last_lines(9, 1000) == "one\ntwo\nthree\n");
    CHECK(replica.last_lines(0, 1000).empty());
    CHECK(replica.last_lines(9, 6) == "three\n");
    folder.write("log/output", "one\nunfinished");
    CHECK(replica.last_lines(1, 1000) == "unfinished");
}
