// Where values come from, in the order in which they are read: each layer tells the reader what it says.
#pragma once

#include "config/reader.hpp"

#include <string>

namespace forager::config {

/// The built-in defaults, with the paths of the service or of the user.
Settings defaults(const Sources& sources);

/// Whether this is the service: run by root, or with folders that systemd made for it.
bool is_service(const Sources& sources);

/// $VARIABLE/forager, or ~/FALLBACK/forager; empty where there is neither.
std::string user_folder(const Variables& environment, std::string_view variable, std::string_view fallback);

/// The configuration files with their conf.d/*.toml.
void read_files(Reader& reader, const Sources& sources);

/// $CREDENTIALS_DIRECTORY/SECTION.KEY for each secret.
void read_credentials(Reader& reader, const Variables& environment);

/// FORAGER_SECTION_KEY, and the names that others gave it.
void read_environment(Reader& reader, const Sources& sources);

void read_flags(Reader& reader, const Sources& sources);

/// What no value says alone: one that needs another.
void check_together(Reader& reader);

} // namespace forager::config
