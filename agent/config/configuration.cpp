#include "config/configuration.hpp"

#include "config/layers.hpp"
#include "config/reader.hpp"

#include <algorithm>
#include <filesystem>
#include <unistd.h>

namespace forager::config {

Sources surroundings()
{
    Sources sources;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (const std::size_t equals = text.find('='); equals != text.npos)
            sources.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    std::error_code ignored; // a folder that is gone: paths stay as they are
    sources.folder = std::filesystem::current_path(ignored).string();
    sources.root = ::geteuid() == 0;
    return sources;
}

Examination examine(const Sources& sources)
{
    Reader reader{defaults(sources)};
    read_files(reader, sources);
    read_credentials(reader, sources.environment);
    read_environment(reader, sources);
    read_flags(reader, sources);
    reader.open_secrets();
    check_together(reader);
    return reader.finish();
}

Failure one_failure(const std::vector<Failure>& problems)
{
    // The first one's place is the failure's own; nobody reads a thousand mistakes.
    constexpr std::size_t most_told = 100;
    Failure all = problems.front();
    for (std::size_t i = 1; i < std::min(problems.size(), most_told); ++i)
        all.message += "\n" + problems[i].where + ": " + problems[i].message;
    if (problems.size() > most_told)
        all.message += "\nand " + std::to_string(problems.size() - most_told) + " more";
    return all;
}

Result<Configuration> read_configuration(const Sources& sources)
{
    Examination examination = examine(sources);
    if (!examination.problems.empty())
        return one_failure(examination.problems);
    return std::move(examination.configuration);
}

} // namespace forager::config
