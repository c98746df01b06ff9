#include "cli/test/plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>

namespace forager::cli {

namespace {

namespace fs = std::filesystem;

bool is_test(const fs::path& path)
{
    return path.filename().string().ends_with("_test.lua");
}

Result<void> add_folder(const fs::path& folder, std::vector<std::string>& found)
{
    std::error_code error;
    fs::recursive_directory_iterator entries{folder, fs::directory_options::skip_permission_denied, error};
    for (; !error && entries != fs::recursive_directory_iterator{}; entries.increment(error)) {
        const fs::path& path = entries->path();
        const bool hidden = path.filename().string().starts_with('.');
        if (hidden)
            entries.disable_recursion_pending();
        else if (is_test(path) && entries->is_regular_file(error))
            found.push_back(folder == "." ? path.lexically_relative(".").string() : path.string());
    }
    if (error)
        return Failure{Errc::refused, "cannot look for tests in '" + folder.string() + "': " + error.message()};
    return {};
}

// "2026-03-01T12:00:00Z" has digits where this has zeros, and the rest as it is.
bool has_form(std::string_view text, std::string_view form)
{
    return std::ranges::equal(text, form, [](char given, char wanted) {
        return wanted == '0' ? given >= '0' && given <= '9' : given == wanted;
    });
}

int number_at(std::string_view text, std::size_t begin, std::size_t size)
{
    int number = 0;
    const std::string_view digits = text.substr(begin, size);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

} // namespace

TestCounts counts_of(const std::vector<TestFileResult>& files)
{
    TestCounts counts;
    for (const TestFileResult& file : files) {
        counts.problems += file.problems.size();
        for (const TestResult& test : file.tests)
            ++(test.state == TestState::passed   ? counts.passed
               : test.state == TestState::failed ? counts.failed
                                                 : counts.skipped);
    }
    return counts;
}

Result<std::vector<std::string>> find_tests(const std::vector<std::string>& paths)
{
    std::vector<std::string> found;
    for (const std::string& path : paths) {
        std::error_code error;
        if (!fs::is_directory(path, error)) {
            if (!fs::exists(path, error))
                return Failure{Errc::not_found, "there is no file or folder '" + path + "'"};
            found.push_back(path);
        } else if (const auto added = add_folder(path, found); !added) {
            return added.error();
        }
    }
    std::ranges::sort(found);
    const auto twice = std::ranges::unique(found);
    found.erase(twice.begin(), twice.end());
    return found;
}

Result<std::chrono::sys_seconds> read_moment(const std::string& text)
{
    using namespace std::chrono;
    constexpr std::string_view day_form = "0000-00-00";
    const bool day_alone = has_form(text, day_form);
    const bool whole = has_form(text, "0000-00-00T00:00:00Z");
    const year_month_day date{year{number_at(text, 0, 4)},
                              month{static_cast<unsigned>(whole || day_alone ? number_at(text, 5, 2) : 0)},
                              day{static_cast<unsigned>(whole || day_alone ? number_at(text, 8, 2) : 0)}};
    if (!date.ok())
        return Failure{Errc::bad_arguments,
                       "--at takes a moment in UTC, as 2026-03-01 or 2026-03-01T12:00:00Z, not '" + text + "'"};
    const sys_seconds midnight = sys_days{date};
    if (day_alone)
        return midnight;
    return midnight + hours{number_at(text, 11, 2)} + minutes{number_at(text, 14, 2)} + seconds{number_at(text, 17, 2)};
}

} // namespace forager::cli
