#include "app/agent/state_folder.hpp"

#include "base/text.hpp"
#include "io/file_lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

namespace forager {

namespace {

std::string content_of(int descriptor)
{
    std::array<char, 4096> text{};
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    return {text.data(), static_cast<std::size_t>(size > 0 ? size : 0)};
}

std::vector<ProcessIdentity> identities_in(const std::string& text)
{
    std::vector<ProcessIdentity> identities;
    for (const std::string_view line : split(text, '\n'))
        if (const auto identity = parse_identity(line))
            identities.push_back(*identity);
    return identities;
}

bool replace_content(int descriptor, const std::string& text)
{
    return ::ftruncate(descriptor, 0) == 0 &&
           ::pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
           ::fsync(descriptor) == 0;
}

Failure in_use(const std::string& path, const std::string& by)
{
    const auto other = parse_identity(by);
    return {Errc::refused, "another agent" +
                               (other ? " (process " + std::to_string(other->process) + ")" : std::string{}) +
                               " uses " + path + ": stop it, or give this one a state_dir of its own"};
}

Result<void> make_folder(const std::string& path)
{
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path(), error);
    if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return system_failure("cannot make the state folder " + path, errno);
    return {};
}

} // namespace

StateFolder::StateFolder(std::string path, Descriptor lock, ProcessIdentity self, std::vector<ProcessIdentity> dead)
    : path_{std::move(path)}, lock_{std::move(lock)}, self_{std::move(self)}, dead_{std::move(dead)}
{
}

Result<StateFolder> StateFolder::open(std::string path, const ProcessIdentity& self)
{
    if (const auto made = make_folder(path); !made)
        return made.error();
    const std::string file = path + "/agent.lock";
    Descriptor lock{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (!lock)
        return system_failure("cannot use the state folder " + path, errno);
    const std::string last = content_of(lock.number());
    if (!lock_file(lock.number()))
        return in_use(path, last);
    // The dead ones stay in it until what they left is gone: this one may die before.
    std::vector<ProcessIdentity> dead = identities_in(last);
    if (!replace_content(lock.number(), to_text(self) + last))
        return system_failure("cannot write " + file, errno);
    return StateFolder{std::move(path), std::move(lock), self, std::move(dead)};
}

void StateFolder::buried()
{
    dead_.clear();
    (void)replace_content(lock_.number(), to_text(self_));
}

void StateFolder::leave()
{
    (void)replace_content(lock_.number(), "");
}

} // namespace forager
