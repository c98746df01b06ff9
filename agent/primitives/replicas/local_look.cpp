#include "primitives/replicas/local_look.hpp"

#include "io/process/replica/ended_status.hpp"
#include "io/system_failure.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <system_error>

namespace forager::replicas {

using reconcile::Instance;

namespace {

void add_end(Instance& instance, const Sight& sight, const std::string& boot)
{
    instance.state = Instance::State::ended;
    if (sight.end) {
        instance.ended = sight.end->at;
        instance.trouble = sight.end->trouble;
        if (sight.end->trouble.empty()) {
            instance.exit_code = exit_code_of(sight.end->status);
            instance.trouble = WIFSIGNALED(sight.end->status)
                                   ? "it was " + ended_status(sight.end->status)
                                   : "it has ended with status " + std::to_string(*instance.exit_code);
            if (sight.end->status != 0 && !sight.end->said.empty())
                instance.trouble += ", after it said: " + sight.end->said;
        }
        return;
    }
    const bool of_now = sight.keeper && sight.keeper->boot == boot;
    instance.trouble = of_now ? "its keeper was killed" : "the machine was started anew";
    if (of_now)
        instance.exit_code = 128 + SIGKILL; // as what is left of it will be
}

void add_health(Instance& instance, const Sight& sight)
{
    const ReplicaHealth health = sight.health.value_or(ReplicaHealth{});
    const bool is_asked = sight.labels->has_health;
    instance.ready = !is_asked || health.ready;
    instance.unhealthy = is_asked && health.unhealthy;
    if (is_asked)
        instance.trouble = health.trouble;
    if (!instance.ready && instance.trouble.empty())
        instance.trouble = "its health check has not succeeded yet";
}

} // namespace

bool lives(const ProcessIdentity& process, const std::string& boot)
{
    if (process.process <= 0 || process.boot != boot)
        return false;
    const Descriptor held{static_cast<int>(::syscall(SYS_pidfd_open, process.process, 0))};
    pollfd asked{held.number(), POLLIN, 0};
    const bool has_ended = held && ::poll(&asked, 1, 0) == 1;
    // Asked while it is held: the number may have passed to another process before.
    return !has_ended && birth_of(process.process) == process.born;
}

Sight look_at(const std::string& path, const std::string& boot)
{
    const ReplicaFolder folder{path};
    Sight sight;
    sight.path = path;
    sight.labels = folder.labels();
    sight.keeper = folder.keeper();
    sight.is_kept = sight.keeper && lives(*sight.keeper, boot); // before its last words: it goes after them
    sight.begun = folder.begun();
    sight.health = folder.health();
    sight.end = folder.end();
    return sight;
}

bool make_folder_of_all(const std::string& folder)
{
    std::error_code failed; // `mkdir` says why
    std::filesystem::create_directories(std::filesystem::path{folder}.parent_path(), failed);
    return ::mkdir(folder.c_str(), S_IRWXU) == 0 || errno == EEXIST;
}

std::vector<std::string> folders_in(const std::string& folder)
{
    std::vector<std::string> names;
    std::error_code unread; // what cannot be read has nothing that we know of
    std::filesystem::directory_iterator entry{folder, unread};
    for (; !unread && entry != std::filesystem::directory_iterator{}; entry.increment(unread)) {
        const std::string name = entry->path().filename();
        std::error_code gone;
        if (!name.starts_with('.') && entry->is_directory(gone))
            names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
}

std::vector<Sight> look_into(const std::string& folder, const std::string& boot)
{
    std::vector<Sight> all;
    for (const std::string& name : folders_in(folder))
        all.push_back(look_at(folder + "/" + name, boot));
    return all;
}

Instance instance_of(const Sight& sight, const std::string& boot)
{
    const ReplicaLabels& labels = *sight.labels;
    Instance instance;
    instance.name = labels.name;
    instance.print = labels.print;
    instance.generation = labels.generation;
    instance.executor = labels.executor;
    instance.image = labels.program;
    instance.created = labels.created;
    if (sight.begun) {
        instance.id = std::to_string(sight.begun->process) + "@" + std::to_string(sight.begun->born);
        instance.started = sight.begun->at;
    }
    if (sight.end || (sight.keeper && !sight.is_kept))
        add_end(instance, sight, boot);
    else if (sight.begun)
        instance.state = Instance::State::running;
    if (instance.state == Instance::State::running)
        add_health(instance, sight);
    return instance;
}

std::string face_of(const Sight& sight)
{
    std::string face = sight.end ? "ended" : sight.is_kept ? "kept" : sight.keeper ? "lost" : "new";
    if (sight.begun)
        face += " " + std::to_string(sight.begun->process) + "@" + std::to_string(sight.begun->born);
    if (sight.health)
        face += std::string{" "} + (sight.health->ready ? "ready " : "not ready ") +
                (sight.health->unhealthy ? "unhealthy " : "") + sight.health->trouble;
    return face;
}

} // namespace forager::replicas
