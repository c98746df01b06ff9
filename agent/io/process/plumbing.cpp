#include "io/process/plumbing.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <utility>

namespace forager {

namespace {

constexpr int first_above_children = 10; // our ends must not lie where the child's 0 to 3 come to lie

struct Pipe {
    Descriptor reading;
    Descriptor writing;
};

Descriptor lifted(Descriptor descriptor)
{
    if (!descriptor || descriptor.number() >= first_above_children)
        return descriptor;
    return Descriptor{fcntl(descriptor.number(), F_DUPFD_CLOEXEC, first_above_children)};
}

std::optional<Pipe> make_pipe()
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return {};
    Pipe pipe{lifted(Descriptor{ends[0]}), lifted(Descriptor{ends[1]})};
    if (!pipe.reading || !pipe.writing)
        return {};
    return pipe;
}

// Only our end: the child may expect that its own blocks.
bool keep(Descriptor descriptor, Descriptor& ours)
{
    ours = std::move(descriptor);
    return fcntl(ours.number(), F_SETFL, O_NONBLOCK) == 0;
}

} // namespace

bool Plumbing::lay(const LaunchPlan& plan, Launched& launched)
{
    return lay_input(plan, launched) && lay_output(1, launched.out) && (plan.merge || lay_output(2, launched.err)) &&
           (!plan.report || lay_output(3, launched.report));
}

std::array<int, 4> Plumbing::numbers(bool merge) const
{
    const int errors = theirs_[merge ? 1 : 2].number();
    return {theirs_[0].number(), theirs_[1].number(), errors, theirs_[3].number()};
}

bool Plumbing::lay_input(const LaunchPlan& plan, Launched& launched)
{
    if (plan.link)
        return lay_link(launched);
    if (!plan.input) {
        theirs_[0] = lifted(Descriptor{open("/dev/null", O_RDONLY | O_CLOEXEC)});
        return static_cast<bool>(theirs_[0]);
    }
    auto pipe = make_pipe();
    if (!pipe)
        return false;
    theirs_[0] = std::move(pipe->reading);
    return keep(std::move(pipe->writing), launched.input);
}

bool Plumbing::lay_link(Launched& launched)
{
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return false;
    Descriptor ours = lifted(Descriptor{ends[0]});
    theirs_[0] = lifted(Descriptor{ends[1]});
    return ours && theirs_[0] && keep(std::move(ours), launched.input);
}

bool Plumbing::lay_output(std::size_t number, Descriptor& ours)
{
    auto pipe = make_pipe();
    if (!pipe)
        return false;
    theirs_[number] = std::move(pipe->writing);
    return keep(std::move(pipe->reading), ours);
}

} // namespace forager
