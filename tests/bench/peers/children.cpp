// The least that a program can do to run `true` COUNT times, WIDTH at once, and have both of its outputs: posix_spawn,
// two pipes and poll. Where there is more than one at once, each core has a thread that starts its share of them, since
// a launch waits until the child has become its program. Holds HEAP megabytes of touched memory meanwhile. Prints
// children per second of wall time and the CPU time for each, in seconds.
//
//   children COUNT WIDTH HEAP

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <future>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Child {
    pid_t process = -1;
    std::array<int, 2> outputs{-1, -1};
    std::string text;

    bool open() const { return outputs[0] >= 0 || outputs[1] >= 0; }
};

void expect(bool done, const char* what)
{
    if (!done)
        throw std::runtime_error{std::string{what} + ": " + std::strerror(errno)};
}

Child start()
{
    Child child;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    std::array<int, 2> theirs{};
    for (std::size_t i = 0; i < 2; ++i) {
        std::array<int, 2> ends{};
        expect(pipe2(ends.data(), O_CLOEXEC) == 0, "pipe");
        child.outputs[i] = ends[0];
        theirs[i] = ends[1];
        posix_spawn_file_actions_adddup2(&actions, ends[1], static_cast<int>(i) + 1);
    }
    std::string name = "true";
    std::array<char*, 2> argv{name.data(), nullptr};
    const int error = posix_spawnp(&child.process, name.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    for (const int end : theirs)
        close(end);
    expect(error == 0, "posix_spawn");
    return child;
}

void read_from(Child& child, int& output)
{
    std::array<char, 4096> buffer{};
    const ssize_t count = read(output, buffer.data(), buffer.size());
    if (count > 0) {
        child.text.append(buffer.data(), static_cast<std::size_t>(count));
        return;
    }
    close(output);
    output = -1;
}

// Reads what has come; a child whose outputs have both ended is waited for and removed.
void serve(std::vector<Child>& children)
{
    std::vector<pollfd> asked;
    for (const Child& child : children)
        for (const int output : child.outputs)
            asked.push_back({output, POLLIN, 0});
    expect(poll(asked.data(), asked.size(), -1) > 0, "poll");
    for (std::size_t i = 0; i < asked.size(); ++i)
        if (asked[i].revents != 0)
            read_from(children[i / 2], children[i / 2].outputs[i % 2]);
    std::erase_if(children, [](const Child& child) {
        if (child.open())
            return false;
        int status = 0;
        expect(waitpid(child.process, &status, 0) == child.process && status == 0, "true");
        return true;
    });
}

void run(std::size_t count, std::size_t width)
{
    std::vector<Child> children;
    for (std::size_t started = 0; started < count || !children.empty();) {
        for (; started < count && children.size() < width; ++started)
            children.push_back(start());
        serve(children);
    }
}

void run_on_all_cores(std::size_t count, std::size_t width)
{
    const std::size_t threads = std::min<std::size_t>(width, std::max(std::thread::hardware_concurrency(), 1U));
    std::vector<std::future<void>> parts;
    for (std::size_t i = 0; i < threads; ++i)
        parts.push_back(std::async(std::launch::async, run, (count + i) / threads, width / threads));
    for (std::future<void>& part : parts)
        part.get();
}

// Ours and that of the children that have been waited for.
double cpu_seconds()
{
    double sum = 0;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage used{};
        getrusage(who, &used);
        for (const timeval& part : {used.ru_utime, used.ru_stime})
            sum += static_cast<double>(part.tv_sec) + 1e-6 * static_cast<double>(part.tv_usec);
    }
    return sum;
}

} // namespace

int main(int argc, char** argv)
try {
    if (argc != 4)
        throw std::runtime_error{"usage: children COUNT WIDTH HEAP"};
    const std::size_t count = std::stoul(argv[1]);
    const std::string heap(std::stoul(argv[3]) << 20U, 'x');
    const double cpu = cpu_seconds();
    const auto begun = std::chrono::steady_clock::now();
    run_on_all_cores(count, std::stoul(argv[2]));
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
    const auto runs = static_cast<double>(count);
    std::cout << R"({"value": )" << runs / spent.count() << R"(, "each": )" << (cpu_seconds() - cpu) / runs << "}\n";
    return heap.size() == heap.find('y') ? 1 : 0;
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
