#include "primitives/files/glob.hpp"

#include "base/text.hpp"
#include "primitives/files/pattern.hpp"

#include <algorithm>
#include <memory>

#include <dirent.h>

namespace forager::blocking {

namespace {

constexpr std::size_t most_looks = most_matches * 100;

// A part of the way: a path that fitted so far and the number of the pattern's part that comes next.
struct Stage {
    std::string path;
    std::size_t part;
};

class Search {
public:
    Search(const std::string& pattern, const Stop& stop) : pattern_{pattern}, stop_{stop}
    {
        for (const std::string_view part : split(pattern, '/'))
            if (!part.empty() && !(part == "**" && !parts_.empty() && parts_.back() == "**"))
                parts_.push_back(part);
        only_folders_ = pattern.ends_with('/');
        stages_.push_back({pattern.starts_with('/') ? "/" : "", 0});
    }

    Result<std::vector<std::string>> run()
    {
        // Depth first with a list of our own: trees can be deeper than a thread's stack.
        while (!stages_.empty()) {
            const Stage stage = std::move(stages_.back());
            stages_.pop_back();
            if (auto failure = visit(stage))
                return *std::move(failure);
        }
        std::ranges::sort(found_);
        const auto repeated = std::ranges::unique(found_);
        found_.erase(repeated.begin(), repeated.end());
        return std::move(found_);
    }

private:
    std::optional<Failure> visit(const Stage& stage)
    {
        if (stop_)
            return stopped("cannot find " + shown(pattern_));
        if (stage.part == parts_.size())
            return add(stage.path);
        const std::string_view part = parts_[stage.part];
        if (part == "**")
            return visit_below(stage);
        if (!is_pattern(part))
            return enter(joined(stage.path, part), stage.part + 1);
        return visit_matching(stage, part);
    }

    // Plain names are only looked up: their folder may be closed to reading.
    std::optional<Failure> enter(std::string path, std::size_t part)
    {
        struct stat status{};
        if (::lstat(path.c_str(), &status) == 0)
            stages_.push_back({std::move(path), part});
        return std::nullopt;
    }

    std::optional<Failure> visit_matching(const Stage& stage, std::string_view part)
    {
        return for_each_name(stage.path, [&](std::string_view name) {
            if (matches(part, name))
                stages_.push_back({joined(stage.path, name), stage.part + 1});
        });
    }

    std::optional<Failure> visit_below(const Stage& stage)
    {
        // Here with no folder between, except for the folder where the search began.
        const bool last = stage.part + 1 == parts_.size();
        if (!last)
            stages_.push_back({stage.path, stage.part + 1});
        return for_each_name(stage.path, [&](std::string_view name) {
            if (name.starts_with('.'))
                return;
            std::string path = joined(stage.path, name);
            if (last)
                stages_.push_back({path, stage.part + 1});
            struct stat status{};
            if (::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
                stages_.push_back({std::move(path), stage.part});
        });
    }

    template <class Visitor> std::optional<Failure> for_each_name(const std::string& folder, Visitor visitor)
    {
        const std::unique_ptr<DIR, int (*)(DIR*)> open{::opendir(folder.empty() ? "." : folder.c_str()), &::closedir};
        while (const dirent* entry = open ? ::readdir(open.get()) : nullptr) {
            const std::string_view name = entry->d_name;
            if (++looks_ > most_looks)
                return too_many("needs a look at more than 10,000,000 names");
            if (name != "." && name != "..")
                visitor(name);
        }
        return std::nullopt;
    }

    std::optional<Failure> add(const std::string& path)
    {
        struct stat status{};
        if (only_folders_ && (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)))
            return std::nullopt;
        found_.push_back(only_folders_ ? joined(path, "") : path);
        if (found_.size() > most_matches)
            return too_many("matches more than 100,000 paths");
        return std::nullopt;
    }

    Failure too_many(const std::string& what) const
    {
        return {Errc::limit, "the pattern " + shown(pattern_) + " " + what + "; make it narrower."};
    }

    const std::string& pattern_;
    const Stop& stop_;
    std::vector<std::string_view> parts_;
    bool only_folders_ = false;
    std::vector<Stage> stages_;
    std::vector<std::string> found_;
    std::size_t looks_ = 0;
};

} // namespace

Result<std::vector<std::string>> glob(const std::string& pattern, const Stop& stop)
{
    if (auto failure = unusable("find", pattern))
        return *std::move(failure);
    return Search{pattern, stop}.run();
}

} // namespace forager::blocking
