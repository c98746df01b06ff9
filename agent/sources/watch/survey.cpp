#include "sources/watch/survey.hpp"

#include "io/system_failure.hpp"

#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>

namespace forager {

namespace {

constexpr std::size_t most_troubles = 20;

bool is_absent(int error)
{
    return error == ENOENT || error == ENOTDIR;
}

// Walks from the root along the pattern, as far as there are folders.
class Walk {
public:
    Walk(const FilePattern& pattern, std::size_t most_files) : parts_{pattern.parts()}, most_files_{most_files} {}

    Survey run()
    {
        stages_.push_back({"/", 0});
        while (!stages_.empty()) {
            const Stage stage = std::move(stages_.back());
            stages_.pop_back();
            visit(stage);
        }
        return std::move(found_);
    }

private:
    struct Stage {
        std::string folder;
        std::size_t part;
    };

    void visit(const Stage& stage)
    {
        const std::string& part = parts_[stage.part];
        const bool last = stage.part + 1 == parts_.size();
        // A plain name is only looked up: its folder may be closed to reading, and is of no interest once it is there.
        if (!last && !has_wildcards(part) && enter(path_in(stage.folder, part), stage.part + 1))
            return;
        if (!listen({stage.folder, part, last}))
            return;
        if (last)
            for_each_name(stage.folder, part, [&](const std::string& path) { return add_file(path); });
        else if (has_wildcards(part))
            for_each_name(stage.folder, part, [&](const std::string& path) {
                (void)enter(path, stage.part + 1);
                return true;
            });
    }

    bool enter(std::string path, std::size_t part)
    {
        struct stat status{};
        if (::stat(path.c_str(), &status) != 0) {
            if (!is_absent(errno)) {
                found_.complete = false; // what is in it may still be there
                trouble(system_failure("cannot look into '" + path + "'", errno).message);
            }
            return false;
        }
        if (S_ISDIR(status.st_mode))
            stages_.push_back({std::move(path), part});
        else if (!has_wildcards(parts_[part - 1]))
            trouble("'" + path + "' is not a folder.");
        return S_ISDIR(status.st_mode);
    }

    bool listen(WatchedFolder folder)
    {
        if (found_.folders.size() < Survey::most_folders) {
            found_.folders.push_back(std::move(folder));
            return true;
        }
        found_.complete = false;
        trouble("the pattern fits more than 1,000 folders; the others are left alone.");
        stages_.clear();
        return false;
    }

    template <class Visitor> void for_each_name(const std::string& folder, const std::string& part, Visitor visitor)
    {
        const std::unique_ptr<DIR, int (*)(DIR*)> open{::opendir(folder.c_str()), &::closedir};
        if (!open && !is_absent(errno)) {
            found_.complete = false; // what is in it may still be there
            trouble(system_failure("cannot list the folder '" + folder + "'", errno).message);
        }
        while (const dirent* entry = open ? ::readdir(open.get()) : nullptr) {
            const std::string name = entry->d_name;
            if (name != "." && name != ".." && fits(part, name) && !visitor(path_in(folder, name)))
                return;
        }
    }

    bool add_file(const std::string& path)
    {
        FileLook look = look_at(path);
        if (!look.trouble.empty())
            trouble(std::move(look.trouble));
        if (look.unsure)
            found_.complete = false;
        if (look.mark && found_.files.size() == most_files_) {
            found_.complete = false;
            trouble("the pattern fits more than " + std::to_string(most_files_) +
                    " files; the others are left alone until some of these are moved away.");
            return false;
        }
        if (look.mark)
            found_.files.emplace_back(path, *look.mark);
        return true;
    }

    void trouble(std::string sentence)
    {
        if (found_.troubles.size() < most_troubles)
            found_.troubles.push_back(std::move(sentence));
    }

    const std::vector<std::string>& parts_;
    std::size_t most_files_;
    std::vector<Stage> stages_;
    Survey found_;
};

} // namespace

bool fits(const std::string& part, const std::string& name)
{
    return has_wildcards(part) ? ::fnmatch(part.c_str(), name.c_str(), FNM_PERIOD) == 0 : part == name;
}

Survey survey(const FilePattern& pattern, std::size_t most_files)
{
    return Walk{pattern, most_files}.run();
}

FileLook look_at(const std::string& path)
{
    FileLook look;
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) {
        look.unsure = !is_absent(errno);
        if (look.unsure)
            look.trouble = system_failure("cannot look at '" + path + "'", errno).message;
    } else if (S_ISLNK(status.st_mode)) {
        look.trouble = "'" + path + "' is a symbolic link, which is left alone: watch the folder it leads to.";
    } else if (S_ISREG(status.st_mode)) {
        const auto modified = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
        look.mark = FileMark{status.st_ino, modified, static_cast<std::uint64_t>(status.st_size)};
    }
    return look;
}

} // namespace forager
