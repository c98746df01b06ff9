#include "cli/output.hpp"

#include "cli/exit.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <array>
#include <csignal>

using namespace forager;
using namespace forager::cli;

namespace {

// What is written to a descriptor of this process while it lives.
class Captured {
public:
    explicit Captured(int descriptor) : descriptor_{descriptor}, kept_{::dup(descriptor)}
    {
        REQUIRE(::pipe(pipe_.data()) == 0);
        ::dup2(pipe_[1], descriptor_);
        ::close(pipe_[1]);
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;

    ~Captured()
    {
        restore();
        ::close(pipe_[0]);
    }

    std::string text()
    {
        restore();
        std::string text(4096, '\0');
        const ssize_t count = ::read(pipe_[0], text.data(), text.size());
        text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return text;
    }

private:
    void restore()
    {
        if (kept_ < 0)
            return;
        ::dup2(kept_, descriptor_);
        ::close(std::exchange(kept_, -1));
    }

    int descriptor_;
    int kept_;
    std::array<int, 2> pipe_{};
};

Common common(bool json)
{
    Common common;
    common.json = json;
    return common;
}

Failure at_place()
{
    Failure failure{Errc::exit, "no space"};
    failure.where = "a.lua:3";
    failure.traceback = "stack traceback:";
    failure.details.append("exit_code", 3);
    return failure;
}

} // namespace

TEST_CASE("a result for people is text as it is, nothing for nothing, and data in a readable form")
{
    CHECK(for_people(Value{}).empty());
    CHECK(for_people(Value{"text"}) == "text\n");
    CHECK(for_people(Value{"a line\n"}) == "a line\n");
    CHECK(for_people(Value{7}) == "7\n");
    CHECK(for_people(Value{Object{{"a", 1}, {"b", Array{2}}}}) == "a: 1\nb:\n  - 2\n");
}

TEST_CASE("a result for programs is one document")
{
    Captured out{STDOUT_FILENO};
    CHECK(print_ending({Outputs{Value{Object{{"n", 1.0}}}}, {}}, common(true)) == Exit::done);
    CHECK(out.text() == "{\"ok\":true,\"result\":{\"n\":1.0}}\n");
}

TEST_CASE("a failure for people goes to stderr with its place and traceback")
{
    Captured err{STDERR_FILENO};
    CHECK(print_failure(at_place(), common(false)) == Exit::failed);
    CHECK(err.text() == "forager: a.lua:3: no space\nstack traceback:\n");
}

TEST_CASE("a failure for programs goes to stdout with all that belongs to it")
{
    Captured out{STDOUT_FILENO};
    CHECK(print_failure(at_place(), common(true)) == Exit::failed);
    const std::string text = out.text();
    CHECK(
        text.starts_with("{\"ok\":false,\"error\":{\"code\":\"exit\",\"message\":\"no space\",\"where\":\"a.lua:3\""));
    CHECK(text.find("\"exit_code\":3") != std::string::npos);
}

TEST_CASE("a script that does not load is wrong usage")
{
    const Captured err{STDERR_FILENO};
    Failure failure = at_place();
    failure.declaration = true;
    CHECK(print_failure(failure, common(false)) == Exit::usage);
}

TEST_CASE("work that a signal ended has the shell's status")
{
    Captured err{STDERR_FILENO};
    const Failure ended{Errc::cancelled, "ended by Terminated"};
    CHECK(print_ending({ended, Watchdog::Stop{SIGTERM}}, common(false)) == 143);
    CHECK(err.text().starts_with("forager: ended by "));
}
