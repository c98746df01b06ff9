#include "scripting/scratch_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace forager::scripting {

Result<ScratchFolder> ScratchFolder::make()
{
    std::error_code error;
    std::string path = (std::filesystem::temp_directory_path(error) / "forager-XXXXXX").string();
    if (error || ::mkdtemp(path.data()) == nullptr) {
        const int number = error ? error.value() : errno;
        return Failure{number == ENOSPC ? Errc::limit : Errc::refused,
                       "cannot make a scratch folder '" + path + "': " + std::generic_category().message(number)};
    }
    return ScratchFolder{std::move(path)};
}

ScratchFolder::~ScratchFolder()
{
    std::error_code ignored; // nobody is left who could be told
    if (!path_.empty())
        std::filesystem::remove_all(path_, ignored);
}

} // namespace forager::scripting
