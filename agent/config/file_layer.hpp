// What one configuration file says, and what is wrong with it. Used by the layer of the files.
#pragma once

#include "config/reader.hpp"
#include "io/formats/toml.hpp"

#include <string>
#include <string_view>

namespace forager::config {

class FileLayer {
public:
    /// `path` as messages show it; relative paths in the file start at `folder`; `mode` are its permissions.
    FileLayer(Reader& reader, std::string path, std::string folder, unsigned mode);

    /// Tells the reader all that the text of the file says.
    void take(std::string_view text);

private:
    Spot spot(Place place) const;
    Spot spot_of(const std::string& path) const;

    void refuse(std::string_view text, const TomlMistake& mistake);
    void take_section(const std::string& name, const Value& value);
    void take_content(const Section& section, const Value& value, const std::string& path);
    void take_rows(const Section& section, const Array& rows, const std::string& list);
    void take_keys(const Section& section, std::size_t row, const Object& keys, const std::string& path);
    void take_named(const Section& section, std::size_t row, const Object& keys, const Member& member,
                    const Spot& spot);
    void take_secret_file(const Target& target, const Member& member, const Spot& spot);
    void take_value(const Target& target, const Value& value, const Spot& spot);

    Reader& reader_;
    std::string path_;
    std::string folder_;
    unsigned mode_;
    TomlDocument document_;
};

} // namespace forager::config
