// A folder of a test's own, gone at its end.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace forager::test {

class TempFolder {
public:
    TempFolder()
    {
        path_ = (std::filesystem::temp_directory_path() / "forager-test-XXXXXX").string();
        if (::mkdtemp(path_.data()) == nullptr)
            throw std::runtime_error{"cannot make a folder for the test"};
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    ~TempFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::string& path() const { return path_; }
    std::string at(std::string_view name) const { return path_ + "/" + std::string{name}; }

    /// Writes a file, with the folders above it, and gives its path.
    std::string write(std::string_view name, std::string_view content) const
    {
        const std::string path = at(name);
        std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
        std::ofstream{path, std::ios::binary} << content;
        return path;
    }

    std::string read(std::string_view name) const
    {
        std::ifstream file{at(name), std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

private:
    std::string path_;
};

} // namespace forager::test
