#include "cli/test/workers.hpp"

#include "cli/test/events.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace forager::cli {

namespace {

[[noreturn]] void refuse(const char* what)
{
    throw std::system_error{errno, std::generic_category(), what};
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {}
    Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor()
    {
        if (number_ >= 0)
            ::close(number_);
    }
    int number() const { return number_; }

private:
    int number_;
};

// One child process, which runs one file.
struct Worker {
    std::size_t file; // of the plan
    pid_t process;
    Descriptor pipe;
    std::string half_line;
    std::optional<TestEvent> running; // the test that has begun and not ended
    std::size_t next = 0;             // the test after the last that has begun
    bool done = false;
};

std::string how_it_ended(int status)
{
    if (WIFSIGNALED(status))
        return "it was ended by signal " + std::to_string(WTERMSIG(status)) + " (" + ::strsignal(WTERMSIG(status)) +
               ")";
    return "it ended with status " + std::to_string(WEXITSTATUS(status));
}

class Workers {
public:
    Workers(const TestPlan& plan, const std::function<void(const TestFileResult&)>& told);
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;
    ~Workers();

    TestOutcome run();

private:
    void fill();
    void start(std::size_t file, std::size_t first);
    void look();
    void read(Worker& worker);
    void hear(Worker& worker, TestEvent event);
    void bury(Worker& worker);
    void tell_in_order();
    void heard_signal();

    const TestPlan& plan_;
    const std::function<void(const TestFileResult&)>& told_;
    sigset_t watched_{};
    Descriptor signals_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::size_t begun_ = 0; // files
    std::vector<bool> finished_;
    std::size_t told_files_ = 0;
    TestOutcome outcome_;
};

// They are blocked since the program's beginning.
sigset_t ending_signals()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP})
        sigaddset(&set, signal);
    return set;
}

Workers::Workers(const TestPlan& plan, const std::function<void(const TestFileResult&)>& told)
    : plan_{plan},
      told_{told},
      watched_{ending_signals()},
      signals_{::signalfd(-1, &watched_, SFD_CLOEXEC)},
      finished_(plan.files.size())
{
    if (signals_.number() < 0)
        refuse("cannot hear signals");
    outcome_.files.resize(plan.files.size());
    for (std::size_t i = 0; i < plan.files.size(); ++i)
        outcome_.files[i].path = plan.files[i];
}

Workers::~Workers()
{
    for (const auto& worker : workers_) {
        ::kill(worker->process, SIGKILL);
        ::waitpid(worker->process, nullptr, 0);
    }
}

TestOutcome Workers::run()
{
    fill();
    while (!workers_.empty()) {
        look();
        fill();
        tell_in_order();
    }
    return std::move(outcome_);
}

void Workers::fill()
{
    while (outcome_.signal == 0 && workers_.size() < plan_.jobs && begun_ < plan_.files.size())
        start(begun_++, 0);
}

void Workers::start(std::size_t file, std::size_t first)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        refuse("cannot make a pipe");
    Descriptor from{ends[0]};
    const Descriptor to{ends[1]};
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0)
        refuse("cannot start a process for the tests");
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent)
            ::_exit(1);
        // The same calendar everywhere.
        ::setenv("TZ", "UTC", 1);
        ::_exit(serve_tests(plan_, plan_.files[file], first, to.number()));
    }
    workers_.push_back(std::make_unique<Worker>(Worker{file, child, std::move(from), {}, {}, first}));
}

// Waits until something is heard of a child, or a signal comes.
void Workers::look()
{
    std::vector<pollfd> wanted{{signals_.number(), POLLIN, 0}};
    for (const auto& worker : workers_)
        wanted.push_back({worker->pipe.number(), POLLIN, 0});
    if (::poll(wanted.data(), wanted.size(), -1) < 0)
        return; // interrupted
    if (wanted[0].revents != 0)
        heard_signal();
    std::vector<Worker*> heard;
    for (std::size_t i = 1; i < wanted.size(); ++i)
        if (wanted[i].revents != 0)
            heard.push_back(workers_[i - 1].get());
    for (Worker* worker : heard)
        read(*worker);
}

void Workers::heard_signal()
{
    signalfd_siginfo info{};
    if (::read(signals_.number(), &info, sizeof info) != sizeof info)
        return;
    outcome_.signal = static_cast<int>(info.ssi_signo);
    // On a terminal they have heard it themselves; a second one makes their watchdogs hurry.
    for (const auto& worker : workers_)
        ::kill(worker->process, SIGTERM);
}

void Workers::read(Worker& worker)
{
    std::array<char, 64 * 1024> piece{};
    const ssize_t count = ::read(worker.pipe.number(), piece.data(), piece.size());
    if (count < 0)
        return;
    if (count == 0) {
        bury(worker);
        return;
    }
    worker.half_line.append(piece.data(), static_cast<std::size_t>(count));
    std::size_t end = 0;
    while ((end = worker.half_line.find('\n')) != std::string::npos) {
        hear(worker, read_event(std::string_view{worker.half_line}.substr(0, end)));
        worker.half_line.erase(0, end + 1);
    }
}

void Workers::hear(Worker& worker, TestEvent event)
{
    TestFileResult& file = outcome_.files[worker.file];
    switch (event.kind) {
    case TestEvent::Kind::begins:
        worker.next = event.index + 1;
        worker.running = std::move(event);
        break;
    case TestEvent::Kind::ended:
        worker.running.reset();
        file.tests.push_back(std::move(event.result));
        break;
    case TestEvent::Kind::problem:
        if (event.failure.where.empty())
            event.failure.where = file.path;
        file.problems.push_back(std::move(event.failure));
        worker.done = true;
        break;
    case TestEvent::Kind::coverage:
        for (const auto& [path, lines] : event.counts)
            for (const auto& [line, count] : lines)
                outcome_.counts[path][line] += count;
        break;
    case TestEvent::Kind::done: worker.done = true; break;
    }
}

// A child that ended early took a test with it: another one goes on behind that.
void Workers::bury(Worker& worker)
{
    int status = 0;
    ::waitpid(worker.process, &status, 0);
    TestFileResult& file = outcome_.files[worker.file];
    const std::size_t index = worker.file;
    const std::size_t next = worker.next;
    bool goes_on = !worker.done && outcome_.signal == 0;
    if (goes_on && worker.running) {
        TestResult result = std::move(worker.running->result);
        result.state = TestState::failed;
        result.failure = {Errc::script, "the process that ran the test is gone: " + how_it_ended(status)};
        file.tests.push_back(std::move(result));
    } else if (goes_on && next == 0) { // not one test has begun
        Failure failure{Errc::script, "the process that read the file is gone: " + how_it_ended(status)};
        failure.where = file.path;
        file.problems.push_back(std::move(failure));
        goes_on = false;
    }
    std::erase_if(workers_, [&](const auto& one) { return one.get() == &worker; });
    if (goes_on)
        start(index, next);
    else
        finished_[index] = true;
}

void Workers::tell_in_order()
{
    while (told_files_ < finished_.size() && finished_[told_files_])
        told_(outcome_.files[told_files_++]);
}

} // namespace

TestOutcome run_tests(const TestPlan& plan, const std::function<void(const TestFileResult&)>& told)
{
    Workers workers{plan, told};
    return workers.run();
}

} // namespace forager::cli
