// Collects what files, environment and flags say, one after the other, and remembers who said it. Used by the layers
// of config/ while one configuration is read.
#pragma once

#include "config/configuration.hpp"
#include "config/table.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace forager::config {

/// Who says something.
struct Spot {
    std::string place; ///< for messages: "FILE:LINE:COLUMN", "environment NAME"
    std::string from;  ///< for `explain`: "FILE:LINE", "environment NAME"
};

/// What is set.
struct Target {
    const Section& section;
    std::size_t row = 0;
    const Key& key;

    std::string path() const { return path_of(section, row, key); }
};

class Reader {
public:
    explicit Reader(Settings defaults) : settings_{std::move(defaults)} {}

    /// One more section of a repeated one; gives its row.
    std::size_t add_row(const Section& section, const Spot& spot);

    /// False when the value is refused, which is a problem.
    bool set(const Target& target, const Value& value, const Spot& spot);

    /// The same, but a refused value is only a warning: it was meant for somebody else, too.
    void set_if_it_fits(const Target& target, const Value& value, const Spot& spot);

    /// The text of this file becomes the secret, unless something later sets it. `guarded`: others must not read it.
    void set_from_file(const Target& target, const std::string& file, bool guarded, const Spot& spot);

    void complain(std::string where, std::string message);
    void warn(std::string message) { warnings_.push_back(std::move(message)); }

    /// Who set it: the key of this path, or the section ("permission[1]"); a null pointer where nobody did.
    const Spot* set_by(std::string_view path) const;

    /// Reads the files of secrets.
    void open_secrets();

    const Settings& settings() const { return settings_; }

    /// What was collected; ends the reader's use.
    Examination finish();

private:
    struct SecretFile {
        Target target;
        std::string file;
        bool guarded;
    };

    // What is wrong with the value; nothing where it was put into the settings.
    std::optional<std::string> put(const Target& target, const Value& value, const Spot& spot);
    void open_secret(const SecretFile& secret, const Spot& spot);
    std::vector<Origin> origins() const;

    Settings settings_;
    std::map<std::string, Spot, std::less<>> spots_;
    std::map<std::string, SecretFile, std::less<>> secret_files_;
    std::vector<Failure> problems_;
    std::vector<std::string> warnings_;
};

} // namespace forager::config
