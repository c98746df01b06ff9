#include "io/process/scan.hpp"

#include "io/system_failure.hpp"

#include <dirent.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

namespace forager {

namespace {

// Patterns by mask and value: a walk asks for each process, not for each of a thousand hunts.
class HuntIndex {
public:
    explicit HuntIndex(const std::vector<Hunt*>& hunts)
    {
        for (Hunt* hunt : hunts)
            by_mask_[hunt->pattern.mask].emplace(hunt->pattern.value, hunt);
    }

    std::vector<Hunt*> matching(const TagPair& tags) const
    {
        std::vector<Hunt*> found;
        for (const auto& [mask, by_value] : by_mask_) {
            add(by_value, tags.soft & mask, found);
            if ((tags.hard & mask) != (tags.soft & mask))
                add(by_value, tags.hard & mask, found);
        }
        return found;
    }

private:
    using ByValue = std::multimap<std::uint64_t, Hunt*>;

    static void add(const ByValue& by_value, std::uint64_t value, std::vector<Hunt*>& found)
    {
        const auto [first, last] = by_value.equal_range(value);
        for (auto it = first; it != last; ++it)
            found.push_back(it->second);
    }

    std::map<std::uint64_t, ByValue> by_mask_;
};

bool ended(int pidfd)
{
    pollfd asked{pidfd, POLLIN, 0};
    return poll(&asked, 1, 0) == 1;
}

bool may_not_send(int pidfd, int signal)
{
    return syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) != 0 && errno == EPERM;
}

void signal(Hunt& hunt, pid_t process, int pidfd)
{
    const bool first = hunt.asked.insert(process).second;
    if (may_not_send(pidfd, hunt.kill ? SIGKILL : first ? SIGTERM : 0)) {
        hunt.refused = true;
        return;
    }
    ++hunt.living;
    if (first)
        (void)may_not_send(pidfd, SIGCONT); // a stopped process hears SIGTERM only then
}

void visit(pid_t process, const HuntIndex& hunts)
{
    const auto seen = tags_of(process);
    if (!seen || hunts.matching(*seen).empty())
        return;
    const Descriptor pidfd{static_cast<int>(syscall(SYS_pidfd_open, process, 0))};
    if (!pidfd && errno == ESRCH)
        return;
    // Asked again: the number may have passed to another process before it was held.
    const auto held = tags_of(process);
    if (!held || (pidfd && ended(pidfd.number())))
        return;
    for (Hunt* hunt : hunts.matching(*held)) {
        if (hunt->pattern.born_before != 0 && birth_of(process).value_or(0) >= hunt->pattern.born_before)
            continue;
        if (pidfd)
            signal(*hunt, process, pidfd.number());
        else
            ++hunt->living; // no descriptor left to hold it with: the next walk tries again
    }
}

std::optional<pid_t> process_number(std::string_view name)
{
    pid_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc{} || end != name.data() + name.size())
        return {};
    return number;
}

} // namespace

// It may still be there, as a zombie too; or another process by its number, which was born later.
TagPattern left_by(const ProcessIdentity& owner)
{
    TagPattern pattern = TagSource::of_agent(owner.process);
    const auto now_there = birth_of(owner.process);
    pattern.born_before = now_there == owner.born ? 0 : now_there.value_or(0);
    return pattern;
}

void walk_processes(std::vector<Hunt*> hunts)
{
    for (Hunt* hunt : hunts) {
        hunt->living = 0;
        if (hunt->main.pidfd >= 0 && !ended(hunt->main.pidfd))
            signal(*hunt, hunt->main.process, hunt->main.pidfd);
    }
    const HuntIndex index{hunts};
    const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir("/proc"), closedir};
    if (!folder) {
        for (Hunt* hunt : hunts)
            hunt->living = 1; // unknown: the next walk tries again
        return;
    }
    const pid_t self = getpid();
    while (const dirent* entry = readdir(folder.get()))
        if (const auto process = process_number(entry->d_name); process && *process != self)
            visit(*process, index);
}

} // namespace forager
