#include "app/agent/log_writer.hpp"

#include "app/agent/systemd_journal.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace forager {

namespace {

constexpr std::chrono::seconds at_the_end{1};

// A log that takes nothing stops no work.
void write_all(int stream, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = ::write(stream, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0)
            text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void write_line(const LogOutlet& outlet, const LogWriter::Line& line)
{
    if (line.entry.empty() || !send_to_journal(outlet.journal, line.entry))
        write_all(outlet.stream, line.text);
}

bool is_file(int stream)
{
    struct stat status{};
    return ::fstat(stream, &status) == 0 && S_ISREG(status.st_mode);
}

} // namespace

bool leads_to_journal(int stream)
{
    const char* named = std::getenv("JOURNAL_STREAM");
    struct stat status{};
    if (named == nullptr || ::fstat(stream, &status) != 0)
        return false;
    return named == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

// What the strand and the thread share.
class LogWriter::Queue {
public:
    explicit Queue(LogOutlet outlet) : outlet_{std::move(outlet)} {}

    const LogOutlet& outlet() const { return outlet_; }

    bool put(Line line)
    {
        const std::scoped_lock lock{mutex_};
        if (bytes_ + size_of(line) > room)
            return false;
        bytes_ += size_of(line);
        lines_.push_back(std::move(line));
        changed_.notify_all();
        return true;
    }

    bool flows() const
    {
        const std::scoped_lock lock{mutex_};
        return bytes_ <= room / 2;
    }

    // The thread's life.
    void run()
    {
        std::unique_lock lock{mutex_};
        for (;;) {
            changed_.wait(lock, [this] { return ends_ || !lines_.empty(); });
            if (lines_.empty())
                break;
            const Line line = std::move(lines_.front());
            lines_.pop_front();
            lock.unlock();
            write_line(outlet_, line);
            lock.lock();
            bytes_ -= size_of(line);
        }
        ended_ = true;
        changed_.notify_all();
    }

    // False: it is stuck, and writes nothing more than what it is at.
    bool end()
    {
        std::unique_lock lock{mutex_};
        ends_ = true;
        changed_.notify_all();
        const bool written = changed_.wait_for(lock, at_the_end, [this] { return ended_; });
        lines_.clear();
        return written;
    }

    std::thread thread; // begun with the first line

private:
    static std::size_t size_of(const Line& line) { return line.text.size() + line.entry.size(); }

    LogOutlet outlet_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Line> lines_;
    std::size_t bytes_ = 0; // of those that wait, and of the one that is being written
    bool ends_ = false;
    bool ended_ = false;
};

LogWriter::LogWriter(LogOutlet outlet)
    : queue_{std::make_shared<Queue>(std::move(outlet))}, stalls_{!is_file(queue_->outlet().stream)}
{
}

LogWriter::~LogWriter()
{
    if (!queue_->thread.joinable())
        return;
    if (queue_->end())
        queue_->thread.join();
    else
        queue_->thread.detach();
}

bool LogWriter::put(Line line)
{
    if (!stalls_) {
        write_line(queue_->outlet(), line);
        return true;
    }
    if (begin())
        return queue_->put(std::move(line));
    write_line(queue_->outlet(), line);
    return true;
}

// False: the system gives no thread, and lines are better late than lost.
bool LogWriter::begin()
{
    try {
        if (!queue_->thread.joinable())
            queue_->thread = std::thread{[queue = queue_] { queue->run(); }};
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

bool LogWriter::flows() const
{
    return queue_->flows();
}

} // namespace forager
