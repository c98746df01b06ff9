#include "app/agent/log.hpp"

#include "io/formats/json.hpp"
#include "io/system_failure.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

using namespace forager;
using namespace forager::test;

namespace {

// A reader that takes nothing until it is asked to.
struct Pipe {
    Pipe()
    {
        ::signal(SIGPIPE, SIG_IGN); // a thread that is stuck ends with its reader
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        reader = Descriptor{ends[0]};
        writer = Descriptor{ends[1]};
    }

    std::string read_until(std::string_view word) const
    {
        std::string all;
        while (all.find(word) == std::string::npos) {
            std::array<char, 65536> bytes{};
            const ssize_t count = ::read(reader.number(), bytes.data(), bytes.size());
            REQUIRE(count > 0);
            all.append(bytes.data(), static_cast<std::size_t>(count));
        }
        return all;
    }

    Descriptor reader;
    Descriptor writer;
};

// What a service manager says of this stream.
class JournalStream {
public:
    explicit JournalStream(int stream)
    {
        struct stat status{};
        REQUIRE(::fstat(stream, &status) == 0);
        ::setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino)).c_str(), 1);
    }
    JournalStream(const JournalStream&) = delete;
    JournalStream& operator=(const JournalStream&) = delete;
    ~JournalStream() { ::unsetenv("JOURNAL_STREAM"); }
};

// systemd's end of the protocol.
class Journal {
public:
    explicit Journal(const std::string& path) : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        REQUIRE(path.size() < sizeof address.sun_path);
        std::memcpy(address.sun_path, path.c_str(), path.size());
        REQUIRE(::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }

    std::string next() const
    {
        std::array<char, 65536> bytes{};
        const ssize_t count = ::recv(socket_.number(), bytes.data(), bytes.size(), 0);
        REQUIRE(count > 0);
        return {bytes.data(), static_cast<std::size_t>(count)};
    }

private:
    Descriptor socket_;
};

std::string text_of(const std::string& path)
{
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

Descriptor file_at(const std::string& path)
{
    return Descriptor{::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)};
}

} // namespace

TEST_CASE("lines for people and lines of JSON stand in a file when the call returns")
{
    const TempFolder folder;
    const Descriptor file = file_at(folder.at("log"));
    const AgentLog text{LogFormat::text, LogLevel::info, {file.number(), {}}};
    text.info("one\ntwo", {{"invocation", "7"}, {"why", "no paper"}});
    text.write(LogLevel::debug, "not wanted");
    CHECK(text_of(folder.at("log")).ends_with(" UTC info one | two invocation=7 why=\"no paper\"\n"));
    const Descriptor second = file_at(folder.at("json"));
    const AgentLog json{LogFormat::json, LogLevel::info, {second.number(), {}}};
    json.warn("careful", {{"lines", 3}});
    const auto line = parse_json(text_of(folder.at("json"))).value();
    const Object& object = *line.get<Object>();
    CHECK(part<std::string>(object, "message") == "careful");
    CHECK(part<std::int64_t>(object, "lines") == 3);
    const std::string time = part<std::string>(object, "time");
    CHECK(time.size() == std::string_view{"2026-11-24T18:22:26.042Z"}.size());
    CHECK(time[10] == 'T');
    CHECK(time.ends_with("Z"));
}

TEST_CASE("bytes that are no characters are told as such, in the message and in fields")
{
    const TempFolder folder;
    const Descriptor file = file_at(folder.at("log"));
    const AgentLog text{LogFormat::text, LogLevel::info, {file.number(), {}}};
    text.info("a\xff\xfe b \xc3\xa4 \xe2\x82 \x1b[2J\xf0", {{"path", "/in/\xe4.csv"}});
    CHECK(
        text_of(folder.at("log")).ends_with(" info a\\xff\\xfe b \xc3\xa4 \\xe2\\x82 ?[2J\\xf0 path=/in/\\xe4.csv\n"));
    const Descriptor second = file_at(folder.at("journald"));
    const AgentLog lines{LogFormat::journald, LogLevel::info, {second.number(), {}}};
    lines.info("a\xff");
    CHECK(text_of(folder.at("journald")) == "<6>a\\xff\n");
}

TEST_CASE("a reader that takes nothing holds up nobody, and hears later how much it missed")
{
    const Pipe pipe;
    const AgentLog log{LogFormat::text, LogLevel::info, {pipe.writer.number(), {}}};
    const std::string long_line(1000, 'x');
    for (int i = 0; i < 3000; ++i)
        log.info(long_line);
    CHECK(log.lost() > 1000);
    CHECK(log.lines(LogLevel::info) == 3000);
    // Half of it has to be read before there is room to tell.
    std::string read;
    while (read.size() < LogWriter::room * 3 / 4)
        read += pipe.read_until("\n");
    log.info("the last one");
    read += pipe.read_until("the last one");
    CHECK(read.find("lines of this log were lost: nobody read them in time lines=" + std::to_string(log.lost())) !=
          std::string::npos);
}

TEST_CASE("a reader that takes nothing does not hold up the end")
{
    const Pipe pipe;
    {
        const AgentLog log{LogFormat::text, LogLevel::info, {pipe.writer.number(), {}}};
        for (int i = 0; i < 200; ++i)
            log.info(std::string(1000, 'x'));
    }
    CHECK(pipe.read_until("\n").find(" info xxx") != std::string::npos);
}

TEST_CASE("what is written just before the end is read")
{
    const Pipe pipe;
    {
        const AgentLog log{LogFormat::text, LogLevel::info, {pipe.writer.number(), {}}};
        log.info("stopped");
    }
    CHECK(pipe.read_until("\n").ends_with(" info stopped\n"));
}

TEST_CASE("the journal gets entries with fields where stderr leads to it")
{
    const TempFolder folder;
    const Journal journal{folder.at("journal")};
    const Pipe pipe;
    const JournalStream named{pipe.writer.number()};
    const AgentLog log{LogFormat::automatic, LogLevel::info, {pipe.writer.number(), folder.at("journal")}};
    log.warn("failed: boo", {{"function", "t.fail"}, {"invocation", "7"}, {"lines", 3}});
    CHECK(journal.next() == "MESSAGE=failed: boo function=t.fail invocation=7 lines=3\nPRIORITY=4\n"
                            "SYSLOG_IDENTIFIER=forager\nFORAGER_FUNCTION=t.fail\nFORAGER_INVOCATION=7\n"
                            "FORAGER_LINES=3\n");
    log.info("more", {{"trace back", "a\nb"}});
    const std::string entry = journal.next();
    CHECK(entry.ends_with(std::string{"FORAGER_TRACE_BACK\n\x03\0\0\0\0\0\0\0a\nb\n", 31}));
}

TEST_CASE("a journal that does not answer is told by lines with their level")
{
    const Pipe pipe;
    const JournalStream named{pipe.writer.number()};
    const AgentLog log{LogFormat::automatic, LogLevel::info, {pipe.writer.number(), "/nowhere/journal"}};
    log.fail("broken");
    CHECK(pipe.read_until("\n") == "<3>broken\n");
}

TEST_CASE("a journal's stream of somebody else means nothing for this one")
{
    const TempFolder folder;
    const Pipe other;
    const JournalStream named{other.writer.number()};
    const Descriptor file = file_at(folder.at("log"));
    const AgentLog text{LogFormat::automatic, LogLevel::info, {file.number(), folder.at("journal")}};
    text.info("hello");
    CHECK(text_of(folder.at("log")).ends_with(" UTC info hello\n"));
    const Descriptor second = file_at(folder.at("asked"));
    const AgentLog asked{LogFormat::journald, LogLevel::info, {second.number(), folder.at("journal")}};
    asked.info("hello");
    CHECK(text_of(folder.at("asked")) == "<6>hello\n");
}
