// The layer of the files: which there are, and in which order.
#include "config/file_layer.hpp"
#include "config/layers.hpp"
#include "config/text_file.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <filesystem>

namespace forager::config {

namespace {

constexpr std::size_t longest_file = std::size_t{1024} * 1024;

std::string folder_of(const std::string& path)
{
    const std::string folder = std::filesystem::path{path}.parent_path().string();
    return folder.empty() ? "." : folder;
}

enum class Missing { is_wrong, is_fine };

// All files of one reading.
class FileLayers {
public:
    FileLayers(Reader& reader, const Sources& sources)
        : reader_{reader}, folder_{sources.folder}, service_{is_service(sources)}
    {
    }

    void read_with_parts(const std::string& path, Missing missing)
    {
        read(path, missing);
        for (const std::string& part : parts_in((std::filesystem::path{path}.parent_path() / "conf.d").string()))
            read(part, Missing::is_fine);
    }

private:
    void read(const std::string& path, Missing missing)
    {
        const auto file = read_text_file(path, longest_file);
        const Value folder = below(folder_, Kind::path, folder_of(path));
        if (file)
            return FileLayer{reader_, path, *folder.get<std::string>(), file->mode}.take(file->text);
        if (!may_be_left_out(file.error(), missing))
            return reader_.complain(path, file.error().message);
        if (file.error().code == Errc::refused)
            reader_.warn(file.error().message);
    }

    // A command of a user goes on without what only the service may read.
    bool may_be_left_out(const Failure& failure, Missing missing) const
    {
        return missing == Missing::is_fine &&
               (failure.code == Errc::not_found || (failure.code == Errc::refused && !service_));
    }

    static std::vector<std::string> parts_in(const std::string& folder)
    {
        std::vector<std::string> files;
        std::error_code error; // a folder that is not there, or not for us, has no parts
        for (std::filesystem::directory_iterator entry{folder, error}, end; !error && entry != end;
             entry.increment(error)) {
            const std::string name = entry->path().filename().string();
            if (name.ends_with(".toml") && name.front() != '.')
                files.push_back(entry->path().string());
        }
        std::ranges::sort(files);
        return files;
    }

    Reader& reader_;
    std::string folder_;
    bool service_;
};

} // namespace

void read_files(Reader& reader, const Sources& sources)
{
    FileLayers layers{reader, sources};
    if (sources.file)
        return layers.read_with_parts(*sources.file, Missing::is_wrong);
    layers.read_with_parts(sources.system_file, Missing::is_fine);
    const std::string folder = user_folder(sources.environment, "XDG_CONFIG_HOME", ".config");
    if (!is_service(sources) && !folder.empty())
        layers.read_with_parts(folder + "/forager.toml", Missing::is_fine);
}

} // namespace forager::config
