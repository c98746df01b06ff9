#include "io/process/replica/health_watch.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "io/process/replica/ended_status.hpp"
#include "io/process/scan.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace forager {

namespace {

constexpr std::size_t enough_words = 300; // of a check that fails

} // namespace

HealthWatch::HealthWatch(reconcile::HealthCheck check, LaunchPlan launch, TagSource& tags, TimePoint now)
    : check_{std::move(check)}, launch_{std::move(launch)}, tags_{tags}, tally_{check_}, due_{now}
{
    launch_.argv = check_.command;
    launch_.input = false;
    launch_.merge = true;
}

void HealthWatch::turn(TimePoint now)
{
    std::erase_if(strays_, [](pid_t stray) { return ::waitpid(stray, nullptr, WNOHANG) != 0; });
    if (!running_) {
        if (now >= due_)
            begin(now);
        return;
    }
    read();
    if (!collect(now) && now >= due_)
        give_up(now);
}

void HealthWatch::begin(TimePoint now)
{
    launch_.tags = tags_.new_command({});
    pattern_ = TagSource::command(launch_.tags);
    said_.clear();
    auto launched = launch(launch_);
    if (!launched)
        return settle(launched.error().message, now);
    if (!*launched)
        return settle("it cannot be started: too few descriptors are left", now);
    running_ = std::move(**launched);
    due_ = now + check_.timeout;
}

void HealthWatch::read()
{
    std::array<char, 4096> piece{};
    const ssize_t count = running_->out ? ::read(running_->out.number(), piece.data(), piece.size()) : -1;
    if (count == 0)
        running_->out = {};
    if (count <= 0)
        return;
    said_.append(piece.data(), static_cast<std::size_t>(count));
    said_.erase(0, said_.size() - std::min(said_.size(), enough_words));
}

bool HealthWatch::collect(TimePoint now)
{
    int status = 0;
    if (::waitpid(running_->process, &status, WNOHANG) != running_->process)
        return false;
    read();
    std::string trouble = status == 0 ? "" : ended_status(status);
    if (status != 0 && !trimmed(said_).empty())
        trouble += ": " + printable(trimmed(said_));
    settle(std::move(trouble), now);
    return true;
}

void HealthWatch::give_up(TimePoint now)
{
    Hunt hunt{pattern_, {running_->process, running_->pidfd.number()}};
    hunt.kill = true;
    walk_processes({&hunt});
    strays_.push_back(running_->process);
    settle("it takes longer than " + to_text(check_.timeout), now);
}

void HealthWatch::settle(std::string trouble, TimePoint now)
{
    running_.reset();
    if (!trouble.empty())
        trouble = "its health check fails: " + trouble;
    tally_.add(std::move(trouble), now);
    due_ = now + tally_.pause();
}

} // namespace forager
