// Configuration files of a test's own, and nothing of the machine's.
#pragma once

#include "config/configuration.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace forager::test {

class ConfigWorld {
public:
    ConfigWorld()
    {
        sources.system_file = folder.at("etc/forager.toml");
        sources.root = true;
    }

    /// Writes a file that only its owner can read, and gives its path.
    std::string write(std::string_view name, std::string_view content) const
    {
        const std::string path = folder.write(name, content);
        std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        return path;
    }

    /// The default file.
    void write_main(std::string_view content) const { write("etc/forager.toml", content); }

    config::Configuration read() const
    {
        auto configuration = config::read_configuration(sources);
        REQUIRE_MESSAGE(configuration.has_value(), configuration.error().message);
        return std::move(*configuration);
    }

    config::Settings settings() const { return read().settings; }

    std::vector<std::string> warnings() const { return config::examine(sources).configuration.warnings; }

    /// "PLACE: MESSAGE" of each problem, the test's folder left out.
    std::vector<std::string> problems() const
    {
        std::vector<std::string> lines;
        for (const Failure& problem : config::examine(sources).problems)
            lines.push_back(without_folder(problem.where + ": " + problem.message));
        return lines;
    }

    /// The problems of the default file with this content.
    std::vector<std::string> problems_of(std::string_view content) const
    {
        write_main(content);
        return problems();
    }

    /// Who set the key, the test's folder left out.
    std::string origin_of(std::string_view key) const
    {
        const config::Configuration configuration = read();
        const auto found = std::ranges::find(configuration.origins, key, &config::Origin::key);
        return found == configuration.origins.end() ? "there is no such key" : without_folder(found->from);
    }

    std::string without_folder(std::string text) const
    {
        const std::string prefix = folder.path() + "/";
        for (std::size_t at = text.find(prefix); at != text.npos; at = text.find(prefix))
            text.erase(at, prefix.size());
        return text;
    }

    TempFolder folder;
    config::Sources sources;
};

} // namespace forager::test
